import { WorkerDiedError } from '../protocol/errors.js';
import { channels } from './diagnostics.js';
import type { PoolTask, TaskSink } from './task.js';

/** Makes one worker's task of a broadcast; with a sink, where it is not the caller of the broadcast who is told. */
export type MakeTask = (sink?: TaskSink) => PoolTask;

/** What every new worker is given before anything else: the broadcasts that are for workers to come, too. */
export class Broadcasts {
  readonly #all = new Set<MakeTask>();

  add(make: MakeTask): void {
    this.#all.add(make);
  }

  delete(make: MakeTask): void {
    this.#all.delete(make);
  }

  /** The tasks of a new worker. Nobody waits for them: a failure is reported as an event of that worker. */
  *tasksFor(pid: () => number | undefined): Iterable<PoolTask> {
    for (const make of this.#all) {
      const onError = (error: unknown) => {
        // What kills one worker would kill each of its replacements.
        if (error instanceof WorkerDiedError) this.#all.delete(make);
        channels.worker.publish({ event: 'error', pid: pid(), error });
      };
      yield make({ onValue: () => {}, onItems: () => {}, onError });
    }
  }
}
