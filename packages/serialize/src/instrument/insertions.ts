/** A text with pieces inserted, which remembers where. */
export class Insertions {
  readonly #text: string;
  readonly #pieces: { readonly at: number; readonly order: number; readonly piece: string }[] = [];
  #sorted: { readonly at: number; readonly before: number; readonly piece: string }[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Inserts before an offset, in the order of calls. */
  open(at: number, piece: string): void {
    this.#pieces.push({ at, order: 1, piece });
  }

  /** The same, before whatever {@link open} inserts there. */
  openFirst(at: number, piece: string): void {
    this.#pieces.push({ at, order: 0, piece });
  }

  /** Inserts after what ends at an offset; what was opened last is closed first. */
  close(at: number, piece: string, openedAt: number): void {
    this.#pieces.push({ at, order: -1 - openedAt, piece });
  }

  get #list(): readonly { readonly at: number; readonly before: number; readonly piece: string }[] {
    if (this.#sorted === undefined) {
      let before = 0;
      this.#sorted = this.#pieces
        .sort((a, b) => a.at - b.at || a.order - b.order)
        .map(({ at, piece }) => {
          const one = { at, before, piece };
          before += piece.length;
          return one;
        });
    }
    return this.#sorted;
  }

  /** A stretch of the text with what was inserted strictly inside of it. */
  slice(start: number, end: number): string {
    const list = this.#list;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as { at: number }).at <= start) low = middle + 1;
      else high = middle;
    }
    let out = '';
    let from = start;
    for (let i = low; i < list.length; i++) {
      const { at, piece } = list[i] as { at: number; piece: string };
      if (at >= end) break;
      out += this.#text.slice(from, at) + piece;
      from = at;
    }
    return out + this.#text.slice(from, end);
  }

  /** The whole text. */
  toString(): string {
    let out = '';
    let from = 0;
    for (const { at, piece } of this.#list) {
      out += this.#text.slice(from, at) + piece;
      from = at;
    }
    return out + this.#text.slice(from);
  }

  /** Each piece: the offset before which it stands in the original, and its length. In order. */
  pieces(): readonly { readonly at: number; readonly length: number }[] {
    return this.#list.map(({ at, piece }) => ({ at, length: piece.length }));
  }
}
