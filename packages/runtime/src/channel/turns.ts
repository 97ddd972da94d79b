/** What has to happen in order although parts of it take time. */
export class Turns {
  #last: Promise<unknown> | undefined;

  /** The end of the last turn; undefined where nobody has one. Never rejected. */
  get last(): Promise<unknown> | undefined {
    return this.#last;
  }

  /** Makes `turn` the last one, until it is over. @returns What it resolves with. */
  async take<T>(turn: Promise<T>): Promise<T> {
    const settled = turn.catch(() => {});
    this.#last = settled;
    try {
      return await turn;
    } finally {
      if (this.#last === settled) this.#last = undefined;
    }
  }
}
