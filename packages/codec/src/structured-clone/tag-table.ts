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
   * @throws RangeError where one message has more tags than the table has slots.
   */
  plan(tags: ReadonlySet<string>): TagPlan {
    const slots = new Map<string, number>();
    const fresh: string[] = [];
    for (const tag of tags) {
      const slot = this.#slots.get(tag);
      if (slot === undefined) fresh.push(tag);
      else slots.set(tag, slot);
    }
    // The oldest definitions that this message does not use give way: a Map keeps the order of definition.
    const used = new Set(slots.values());
    const evictable = [...this.#slots].filter(([, slot]) => !used.has(slot));
    const definitions: [number, string][] = [];
    const evicted: string[] = [];
    for (const tag of fresh) {
      let slot = this.#slots.size + definitions.length - evicted.length;
      if (slot >= this.#capacity) {
        const oldest = evictable.shift();
        if (oldest === undefined)
          throw new RangeError(
            `One message has more than ${this.#capacity} kinds of handles (limits.maxSessionEntries).`,
          );
        evicted.push(oldest[0]);
        slot = oldest[1];
      }
      slots.set(tag, slot);
      definitions.push([slot, tag]);
    }
    return { slots, definitions, evicted };
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
