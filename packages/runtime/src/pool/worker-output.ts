import type { Child } from '../launch/launcher.js';
import type { ChildReport } from '../protocol/reports.js';

/** A line that a worker wrote. */
export interface WorkerOutput {
  readonly stream: 'stdout' | 'stderr';
  /** Without its end of line. */
  readonly text: string;
  /** The worker's name. */
  readonly worker: string;
  readonly pid: number | undefined;
  /** The number of the task that wrote it; undefined outside of tasks, and for what native code wrote. */
  readonly task: number | undefined;
}

/** Collects what one worker writes into lines. */
export class OutputCollector {
  readonly #child: Child;
  readonly #worker: string;
  readonly #deliver: (line: WorkerOutput) => void;
  /** Lines that have not ended yet. */
  readonly #partial = { stdout: '', stderr: '' };

  constructor(child: Child, worker: string, deliver: (line: WorkerOutput) => void) {
    this.#child = child;
    this.#worker = worker;
    this.#deliver = deliver;
    for (const stream of ['stdout', 'stderr'] as const) this.#readPipe(stream);
  }

  /** The worker's own streams have written. */
  take({ stream, text, task }: Extract<ChildReport, { kind: 'output' }>): void {
    this.#partial[stream] = this.#lines(stream, this.#partial[stream] + text, task);
  }

  /** Nothing more will be said: what is left is a line. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#partial[stream];
      this.#partial[stream] = '';
      if (rest !== '') this.#line(stream, rest, undefined);
    }
  }

  /** What comes by the process's descriptors, past its streams. */
  #readPipe(stream: 'stdout' | 'stderr'): void {
    const pipe = this.#child[stream];
    if (pipe === undefined) return;
    let partial = '';
    pipe.setEncoding('utf8');
    pipe.on('data', (text: string) => {
      partial = this.#lines(stream, partial + text, undefined);
    });
    pipe.on('end', () => {
      if (partial !== '') this.#line(stream, partial, undefined);
    });
    pipe.on('error', () => {});
  }

  /** @returns What follows the last end of line. */
  #lines(stream: 'stdout' | 'stderr', text: string, task: number | undefined): string {
    const lines = text.split('\n');
    const rest = lines.pop() as string;
    for (const line of lines) this.#line(stream, line, task);
    return rest;
  }

  #line(stream: 'stdout' | 'stderr', text: string, task: number | undefined): void {
    const line = { stream, text: text.endsWith('\r') ? text.slice(0, -1) : text, task };
    try {
      this.#deliver({ ...line, worker: this.#worker, pid: this.#child.pid });
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'PoolCallbackError');
    }
  }
}

/** Writes a line to this process's stream of the same name, with who wrote it in front. */
export function printTagged({ stream, text, worker, task }: WorkerOutput): void {
  process[stream].write(`[${worker}${task === undefined ? '' : ` task ${task}`}] ${text}\n`);
}
