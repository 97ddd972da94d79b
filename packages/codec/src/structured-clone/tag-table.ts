import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';

/**
 * Remembers reducers' tags by small numbers, so that a session names each once.
 *
 * The table is bounded, and what it forgets is decided by the writer alone: a definition of a slot that is in use
 * replaces what was there.
 */
export class TagWriter {
  readonly #slots = new Map<string, number>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Finds slots for the tags of one message, without changing the table: an encode that fails later has defined nothing.
   *
   * @throws SerializeError where one message has more tags than the table has slots.
   */
  plan(reductions: readonly { readonly tag: string | undefined }[]): TagPlan {
    if (reductions.length === 0) return EMPTY_PLAN;
    const slots = new Map<string, number>();
    const fresh = new Set<string>();
    for (const { tag } of reductions) {
      if (tag === undefined) continue;
      const slot = this.#slots.get(tag);
      if (slot === undefined) fresh.add(tag);
      else slots.set(tag, slot);
    }
    const definitions: [number, string][] = [];
    const evicted: string[] = [];
    const evictable = this.#evictable(fresh.size, new Set(slots.values()));
    for (const tag of fresh) {
      let slot = this.#slots.size + definitions.length - evicted.length;
      if (slot >= this.#capacity) {
        const oldest = evictable.shift();
        if (oldest === undefined) throw tooManyTags(this.#capacity);
        evicted.push(oldest[0]);
        slot = oldest[1];
      }
      slots.set(tag, slot);
      definitions.push([slot, tag]);
    }
    return { slots, definitions, evicted };
  }

  /** The oldest definitions that this message does not use, as many as must give way. A Map keeps the order of definition. */
  #evictable(fresh: number, used: ReadonlySet<number>): [string, number][] {
    const excess = this.#slots.size + fresh - this.#capacity;
    const found: [string, number][] = [];
    if (excess <= 0) return found;
    for (const entry of this.#slots) {
      if (!used.has(entry[1])) found.push(entry);
      if (found.length === excess) break;
    }
    return found;
  }

  /** Makes a plan's definitions part of the table: its message was encoded. */
  commit(plan: TagPlan): void {
    for (const tag of plan.evicted) this.#slots.delete(tag);
    for (const [slot, tag] of plan.definitions) this.#slots.set(tag, slot);
  }

  /** Forgets everything: a new epoch. */
  clear(): void {
    this.#slots.clear();
  }
}

/** The tags of one message. */
export interface TagPlan {
  readonly slots: ReadonlyMap<string, number>;
  /** What the reader has to be told. */
  readonly definitions: readonly (readonly [slot: number, tag: string])[];
  readonly evicted: readonly string[];
}

const EMPTY_PLAN: TagPlan = { slots: new Map(), definitions: [], evicted: [] };

function tooManyTags(capacity: number): SerializeError {
  return new SerializeError(
    CODES.limit,
    `One message has more than ${capacity} kinds of handles (limits.maxSessionEntries).`,
  );
}
