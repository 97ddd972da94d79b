import { type BaseQueue, Process } from '@mp/runtime';

/** A class with private members that is found by name in this module. */
export class ImportedProcess extends Process {
  readonly #count: number;
  readonly #queue: BaseQueue<number>;

  constructor(count: number, queue: BaseQueue<number>) {
    super();
    this.#count = count;
    this.#queue = queue;
  }

  override async run(): Promise<void> {
    await this.#queue.put(this.#count);
  }
}
