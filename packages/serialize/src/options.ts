import { type CodecLimits, DEFAULT_LIMITS, type Reducer, type Trust } from '@mp/codec';
import type { ReferenceOptions } from './references/policy.js';

/** How closely ordinary objects are looked at; see {@link SerializeOptions.fidelity}. */
export type Fidelity = 'exact' | 'data';

/** How values are written and read. */
export interface SerializeOptions {
  /**
   * Whether what was one object arrives as one object, and cycles are kept. Without it every object is written where
   * it stands, as often as it stands there: faster for trees, and a cycle is an error.
   *
   * @defaultValue true
   */
  readonly identity?: boolean | undefined;
  /**
   * How closely ordinary objects and arrays are looked at.
   *
   * - `'exact'`: symbol keys, accessors, attributes and extensibility of every object are kept. On V8 this costs next to
   *   nothing where there are many objects alike; elsewhere, and where generating code is forbidden, it costs as much as
   *   everything else together.
   * - `'data'`: the caller says that there is nothing of the kind: enumerable string keys are read as they come.
   *
   * @defaultValue 'exact', and 'data' where `identity` is false
   */
  readonly fidelity?: Fidelity | undefined;
  /**
   * `'plain'` writes MessagePack that any reader understands, and refuses what MessagePack has no token for.
   *
   * @defaultValue 'graph'
   */
  readonly format?: 'graph' | 'plain' | undefined;
  /**
   * Whether equal graphs give equal bytes, whatever their history: keys of ordinary objects are sorted.
   *
   * @defaultValue false
   */
  readonly canonical?: boolean | undefined;
  /** The secret with which payloads that hold code are signed and checked: at least 32 random bytes. */
  readonly key?: Uint8Array | undefined;
  /**
   * Says that the bytes may run code: they come from this program or from one that may do what this one may.
   *
   * @defaultValue false
   */
  readonly trustCode?: boolean | undefined;
  /** Kinds of objects that travel in a way of their own. @defaultValue [] */
  readonly reducers?: readonly Reducer[] | undefined;
  /** What is accepted from the other side. */
  readonly limits?: Partial<CodecLimits> | undefined;
  /** Which functions and classes the other side imports by itself, instead of their code being sent. */
  readonly references?: ReferenceOptions | undefined;
  /** How messages name the value itself. @defaultValue 'value' */
  readonly root?: string | undefined;
}

/** {@link SerializeOptions} with everything filled in. */
export interface ResolvedSerializeOptions {
  readonly identity: boolean;
  readonly exact: boolean;
  readonly format: 'graph' | 'plain';
  readonly canonical: boolean;
  readonly trust: Trust;
  readonly reducers: readonly Reducer[];
  readonly limits: CodecLimits;
  readonly root: string;
}

/** Nothing is ever lost silently, unless the caller says so. */
const DEFAULT_FIDELITY: Fidelity = 'exact';

const MIN_KEY_BYTES = 32;

/**
 * Fills in the defaults and checks what was given.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is expected.
 */
export function resolveSerializeOptions(options: SerializeOptions = {}): ResolvedSerializeOptions {
  const identity = options.identity ?? true;
  const format = oneOf('format', options.format ?? 'graph', ['graph', 'plain']);
  const fidelity = oneOf('fidelity', options.fidelity ?? (identity ? DEFAULT_FIDELITY : 'data'), ['exact', 'data']);
  return Object.freeze({
    identity,
    exact: fidelity !== 'data',
    format,
    canonical: options.canonical ?? false,
    trust: trustOf(options),
    reducers: [...(options.reducers ?? [])],
    limits: limitsOf(options.limits),
    root: options.root ?? 'value',
  });
}

function trustOf({ key, trustCode }: SerializeOptions): Trust {
  if (key !== undefined) {
    if (!(key instanceof Uint8Array) || key.byteLength < MIN_KEY_BYTES) {
      throw new RangeError(`key must be a Uint8Array of at least ${MIN_KEY_BYTES} bytes.`);
    }
    if (trustCode !== true) return { key };
  }
  return trustCode === true ? 'trusted' : 'untrusted';
}

function limitsOf(limits: Partial<CodecLimits> = {}): CodecLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in DEFAULT_LIMITS)) throw new TypeError(`limits.${name} is not a limit.`);
    if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
      throw new RangeError(`limits.${name} must be a number of 0 or more; got ${String(value)}.`);
    }
  }
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return Object.freeze({ ...DEFAULT_LIMITS, ...given });
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`${name} must be one of ${allowed.map((a) => `'${a}'`).join(', ')}; got ${String(value)}.`);
}
