import type { TextWriter } from '../graph/meta.js';

/** Texts shorter than this cost less than keeping them. */
const MIN_TEXT = 48;

/** The texts of the code engine's that a session has said. */
export class SessionTexts implements TextWriter {
  readonly #indices = new Map<string, number>();
  #added: string[] = [];

  get size(): number {
    return this.#indices.size;
  }

  indexOf(text: string): { readonly index: number; readonly isNew: boolean } | undefined {
    if (text.length < MIN_TEXT) return undefined;
    const known = this.#indices.get(text);
    if (known !== undefined) return { index: known, isNew: false };
    const index = this.#indices.size;
    this.#indices.set(text, index);
    this.#added.push(text);
    return { index, isNew: true };
  }

  commit(): void {
    if (this.#added.length > 0) this.#added = [];
  }

  rollback(): void {
    for (const text of this.#added) this.#indices.delete(text);
    this.#added = [];
  }

  /** Forgets the oldest, so that a share of them is left. @returns How many the decoder is to forget. */
  forgetOldest(share: number): number {
    const kept = [...this.#indices.keys()].slice(Math.ceil(this.#indices.size * (1 - share)));
    const dropped = this.#indices.size - kept.length;
    this.clear();
    for (const text of kept) this.#indices.set(text, this.#indices.size);
    return dropped;
  }

  clear(): void {
    this.#indices.clear();
    this.#added = [];
  }
}
