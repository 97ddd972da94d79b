import type { MultiBar, SingleBar } from 'cli-progress';

/** Where standard error is no terminal, a line is written so often, in milliseconds, and one at the end. */
const LINE_MS = 10_000;

/** The bars that are shown now, one below the other. */
let shown: { readonly bars: MultiBar; count: number } | undefined;

/** A bar on standard error that shows how many items of a call are done. The library that draws it is loaded for the first one. */
export class ProgressBar {
  readonly #label: string;
  readonly #total: number | undefined;
  #done = 0;
  #bar: SingleBar | undefined;
  #isOver = false;

  /** @param total - How many items there are, where that is known. */
  constructor(label: string, total: number | undefined) {
    this.#label = label;
    this.#total = total;
    void import('cli-progress').then((library) => this.#show(library));
  }

  /** So many items more are done. */
  advance(count: number): void {
    this.#done += count;
    this.#bar?.update(this.#done);
  }

  /** Nothing more will be done: the bar stays as it is. */
  end(): void {
    this.#isOver = true;
    this.#bar?.stop();
    if (this.#bar === undefined || shown === undefined || --shown.count > 0) return;
    shown.bars.stop();
    shown = undefined;
  }

  #show({ MultiBar: Bars }: typeof import('cli-progress')): void {
    if (this.#isOver) return;
    const label = this.#label === '' ? '' : `${this.#label} `;
    shown ??= {
      bars: new Bars({ stream: process.stderr, noTTYOutput: true, notTTYSchedule: LINE_MS, hideCursor: true }),
      count: 0,
    };
    shown.count++;
    const format =
      this.#total === undefined
        ? `${label}{value} done | {duration_formatted}`
        : `${label}{bar} {percentage}% | {value}/{total} | {duration_formatted} | {eta_formatted} left`;
    this.#bar = shown.bars.create(this.#total ?? 0, this.#done, undefined, { format });
  }
}
