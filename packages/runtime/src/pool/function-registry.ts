import type { Payload } from '@mp/codec';
import { encodeWhenPrepared, Later, type Marshal } from '../channel/marshal.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { ItemTime } from './chunk-size.js';
import { Pace } from './pace.js';

/** Any function that a pool can call. */
export type AnyFunction = (...args: never[]) => unknown;

/** A function in the form in which workers receive it: its code with what it captured, at one moment. */
export interface FunctionVersion {
  readonly id: number;
  readonly name: string;
  readonly payload: Payload;
  readonly pace: Pace;
  /** Tasks that name it and are not done; it may be forgotten when there are none. */
  uses: number;
  /** Whether the workers do not have it any more. */
  isForgotten: boolean;
  /** Whether capturing the function again, at any later time, would give the same. */
  isConstant: boolean;
}

/** Versions that nobody uses are kept up to this number, because the same functions come again and again. */
const KEPT_VERSIONS = 512;

/**
 * The functions that a pool has been given.
 *
 * A function is captured when it is submitted, because what it closes over may change from one call to the next. A
 * version that is equal to the last one, byte by byte, is the same: workers receive it once.
 */
export class FunctionRegistry {
  readonly #marshal: Marshal;
  readonly #latest = new WeakMap<object, FunctionVersion>();
  readonly #paces = new WeakMap<object, Pace>();
  readonly #itemTimes = new WeakMap<object, ItemTime>();
  readonly #idle = new Map<number, FunctionVersion>();
  readonly #onForget: (version: FunctionVersion) => void;
  #nextId = 1;

  constructor(marshal: Marshal, onForget: (version: FunctionVersion) => void) {
    this.#marshal = marshal;
    this.#onForget = onForget;
  }

  /** The version of a function that was captured before and would be the same if it were captured again; counts as a use. */
  captured(fn: AnyFunction): FunctionVersion | undefined {
    if (typeof fn !== 'function') return undefined;
    const latest = this.#latest.get(fn);
    if (latest === undefined || latest.isForgotten) return undefined;
    // What is constant stays so: asking the codec again, which looks at the function's properties, costs 0.4 µs.
    latest.isConstant ||= this.isConstant(fn);
    return latest.isConstant ? this.#use(latest) : undefined;
  }

  /**
   * Captures a function for one task.
   *
   * @returns The version, or a promise of it where the codec has to prepare.
   * @throws SerializeError where the function cannot travel.
   */
  capture(fn: AnyFunction): FunctionVersion | Promise<FunctionVersion> {
    if (typeof fn !== 'function')
      throw new ProcessError(PROCESS_ERROR_CODES.argument, `A pool calls functions, and was given ${typeof fn}.`);
    const known = this.captured(fn);
    if (known !== undefined) return known;
    const payload = encodeWhenPrepared(this.#marshal, fn, 'fn');
    return payload instanceof Later
      ? payload.promise.then((encoded) => this.#version(fn, encoded))
      : this.#version(fn, payload);
  }

  /** A version that is not sent by itself, because each task brings the function along. It has a name and a pace. */
  unsent(fn: AnyFunction): FunctionVersion {
    return this.#use({
      id: 0,
      name: fn.name || 'anonymous',
      payload: NOTHING,
      pace: this.#paceOf(fn),
      uses: 0,
      isForgotten: false,
      isConstant: false,
    });
  }

  /** Whether capturing the function again would give the same: references, and code that closes over nothing. */
  isConstant(fn: AnyFunction): boolean {
    const { codec } = this.#marshal;
    if (!codec.capabilities.functions) return true;
    return codec.isConstant?.(fn) ?? false;
  }

  /** How long one item of a map over the function takes, as far as that was learned. */
  itemTime(fn: AnyFunction): ItemTime {
    let time = this.#itemTimes.get(fn);
    if (time === undefined) {
      time = { ms: undefined };
      this.#itemTimes.set(fn, time);
    }
    return time;
  }

  /** Tasks that named the version are done. */
  release(version: FunctionVersion, uses = 1): void {
    version.uses -= uses;
    if (version.uses > 0 || version.id === 0) return;
    this.#idle.set(version.id, version);
    if (this.#idle.size <= KEPT_VERSIONS) return;
    const oldest = this.#idle.values().next().value as FunctionVersion;
    this.#idle.delete(oldest.id);
    this.#onForget(oldest);
    oldest.isForgotten = true;
  }

  #version(fn: AnyFunction, payload: Payload): FunctionVersion {
    const latest = this.#latest.get(fn);
    if (latest !== undefined && !latest.isForgotten && isSame(latest.payload, payload)) return this.#use(latest);
    const version: FunctionVersion = {
      id: this.#nextId++,
      name: fn.name || 'anonymous',
      payload,
      pace: this.#paceOf(fn),
      uses: 0,
      isForgotten: false,
      isConstant: false,
    };
    this.#latest.set(fn, version);
    return this.#use(version);
  }

  #paceOf(fn: AnyFunction): Pace {
    let pace = this.#paces.get(fn);
    if (pace === undefined) {
      pace = new Pace();
      this.#paces.set(fn, pace);
    }
    return pace;
  }

  #use(version: FunctionVersion): FunctionVersion {
    if (version.uses++ === 0) this.#idle.delete(version.id);
    return version;
  }
}

const NOTHING: Payload = Object.freeze({ body: new Uint8Array(0), buffers: [], attachments: [] });

function isSame(a: Payload, b: Payload): boolean {
  return (
    a.buffers.length === b.buffers.length &&
    Buffer.compare(a.body, b.body) === 0 &&
    a.buffers.every((buffer, i) => Buffer.compare(buffer, b.buffers[i] as Uint8Array) === 0)
  );
}
