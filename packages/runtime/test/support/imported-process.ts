import { Process } from '@mp/runtime';

/** A class with private members that is found by name in this module. */
export class ImportedProcess extends Process {
  readonly #count: number;

  constructor(count: number) {
    super();
    this.#count = count;
  }

  override run(): number {
    return this.#count;
  }
}
