import { type CodecLimits, DEFAULT_LIMITS } from '../limits.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';

/**
 * Holds an arrived value to limits that are narrower than the defaults. The defaults need no count: every part costs a byte of
 * the body, whose size is limited, and the engine's own recursion limits the depth.
 *
 * @throws SerializeError with code `MP_LIMIT`.
 */
export function checkSize(value: unknown, { maxDepth, maxNodes }: CodecLimits): void {
  if (maxDepth >= DEFAULT_LIMITS.maxDepth && maxNodes >= DEFAULT_LIMITS.maxNodes) return;
  const seen = new Set<object>();
  let level: readonly unknown[] = [value];
  let nodes = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const part of level) {
      if (typeof part !== 'object' || part === null || seen.has(part)) continue;
      seen.add(part);
      if (depth >= maxDepth) throw tooMuch(`nests deeper than ${maxDepth} (limits.maxDepth)`);
      for (const inner of partsOf(part)) next.push(inner);
    }
    nodes += next.length;
    if (nodes > maxNodes) throw tooMuch(`has more than ${maxNodes} parts (limits.maxNodes)`);
    level = next;
  }
}

function partsOf(part: object): readonly unknown[] {
  if (part instanceof Map) return [...part.keys(), ...part.values()];
  if (part instanceof Set) return [...part];
  return ArrayBuffer.isView(part) ? [] : Object.values(part);
}

function tooMuch(what: string): SerializeError {
  return new SerializeError(CODES.limit, `The payload's value ${what}.`);
}
