import type { CodecContext } from './context.js';
import { type CodecLimits, DEFAULT_LIMITS } from './limits.js';
import type { Reducer } from './reducer.js';
import type { Trust } from './trust.js';

/** A {@link CodecContext} with its defaults filled in and its parts checked. */
export interface ResolvedContext {
  readonly trust: Trust;
  readonly reducers: readonly Reducer[];
  /** The same reducers, for the decoding side. */
  readonly reducersByTag: ReadonlyMap<string, Reducer>;
  readonly limits: CodecLimits;
  readonly outOfBandBytes: number;
  readonly attachments: boolean;
  readonly peer: unknown;
}

const MIN_KEY_BYTES = 32;
const MAX_TAG_BYTES = 255;
const resolved = new WeakMap<CodecContext, ResolvedContext>();

/**
 * Fills in the defaults of a context and checks it. The answer is remembered for each context object, so that a
 * one-shot call costs one look-up; a context must not be changed after its first use.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is expected.
 */
export function resolveContext(context: CodecContext = EMPTY): ResolvedContext {
  if (typeof context !== 'object' || context === null)
    throw new TypeError(`The context must be an object; got ${String(context)}.`);
  let answer = resolved.get(context);
  if (answer === undefined) {
    answer = resolve(context);
    resolved.set(context, answer);
  }
  return answer;
}

const EMPTY: CodecContext = Object.freeze({});

function resolve(context: CodecContext): ResolvedContext {
  const reducers = [...(context.reducers ?? [])];
  return Object.freeze({
    trust: checkTrust(context.trust ?? 'untrusted'),
    reducers,
    reducersByTag: indexByTag(reducers),
    limits: resolveLimits(context.limits),
    outOfBandBytes: checkCount('outOfBandBytes', context.outOfBandBytes ?? Number.POSITIVE_INFINITY),
    attachments: context.attachments ?? false,
    peer: context.peer,
  });
}

function checkTrust(trust: Trust): Trust {
  if (trust === 'untrusted' || trust === 'trusted') return trust;
  const key: unknown = (trust as { key?: unknown } | null)?.key;
  // By its tag, not by `instanceof`: the key may come from another realm.
  if (Object.prototype.toString.call(key) !== '[object Uint8Array]') {
    const got =
      typeof trust === 'object' && trust !== null
        ? `an object with ${Object.keys(trust).join(', ') || 'no properties'}`
        : String(trust);
    throw new TypeError(`trust must be 'untrusted', 'trusted' or { key: Uint8Array }; got ${got}.`);
  }
  const { byteLength } = key as Uint8Array;
  if (byteLength < MIN_KEY_BYTES) {
    throw new RangeError(`trust.key must have at least ${MIN_KEY_BYTES} bytes; got ${byteLength}.`);
  }
  // A copy, because the context is remembered and the caller may wipe the key.
  return Object.freeze({ key: Uint8Array.from(key as Uint8Array) });
}

function indexByTag(reducers: readonly Reducer[]): ReadonlyMap<string, Reducer> {
  const byTag = new Map<string, Reducer>();
  for (const reducer of reducers) {
    const bytes = new TextEncoder().encode(reducer.tag).byteLength;
    if (bytes === 0 || bytes > MAX_TAG_BYTES) {
      throw new RangeError(
        `A reducer's tag must have 1 to ${MAX_TAG_BYTES} UTF-8 bytes; got ${JSON.stringify(reducer.tag)}.`,
      );
    }
    if (byTag.has(reducer.tag))
      throw new TypeError(`Two reducers of one context have the tag ${JSON.stringify(reducer.tag)}.`);
    byTag.set(reducer.tag, reducer);
  }
  return byTag;
}

function resolveLimits(limits: Partial<CodecLimits> = {}): CodecLimits {
  const answer = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof CodecLimits)[]) {
    const value = limits[name];
    if (value !== undefined) answer[name as never] = checkCount(`limits.${name}`, value) as never;
  }
  if (answer.maxSessionEntries < 1) throw new RangeError('limits.maxSessionEntries must be at least 1.');
  return Object.freeze(answer);
}

/** Checks the epoch at which a session starts. @throws RangeError where it is no unsigned 32-bit integer. */
export function checkEpoch(epoch = 0): number {
  if (epoch >>> 0 !== epoch) throw new RangeError(`epoch must be an unsigned 32-bit integer; got ${String(epoch)}.`);
  return epoch;
}

function checkCount(name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0))
    throw new RangeError(`${name} must be a number of 0 or more; got ${String(value)}.`);
  return value;
}
