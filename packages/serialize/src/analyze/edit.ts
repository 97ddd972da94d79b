/** Replacements in a text, none overlapping another. */
export class Edits {
  readonly #text: string;
  readonly #edits: { readonly start: number; readonly end: number; readonly by: string }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether nothing is replaced. */
  get isEmpty(): boolean {
    return this.#edits.length === 0;
  }

  /** Replaces a stretch; with `start === end`, inserts. */
  replace(start: number, end: number, by: string): void {
    this.#edits.push({ start, end, by });
  }

  /** Replaces a stretch by white space that keeps all lines and columns after it where they are. */
  blank(start: number, end: number): void {
    this.replace(start, end, this.#text.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, ' '));
  }

  /** The text with all replacements. */
  toString(): string {
    // Of an edit inside of a blanked stretch nothing remains.
    const edits = [...this.#edits].sort((a, b) => a.start - b.start || b.end - a.end);
    let result = '';
    let at = 0;
    for (const { start, end, by } of edits) {
      if (start < at) continue;
      result += this.#text.slice(at, start) + by;
      at = end;
    }
    return result + this.#text.slice(at);
  }
}
