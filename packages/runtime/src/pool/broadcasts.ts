import { WorkerDiedError } from '../protocol/errors.js';
import { channels } from './diagnostics.js';
import type { PoolTask, TaskSink } from './task.js';

/** Makes one worker's task of a broadcast; with a sink, where it is not the caller of the broadcast who is told. */
export type MakeTask = (sink?: TaskSink) => PoolTask;

/**
 * What every new worker is given before anything else: the broadcasts that are for workers to come, too, and those that the
 * worker in whose place it comes did not live to be given.
 */
export class Broadcasts {
  readonly #all = new Set<MakeTask>();
  readonly #makers = new WeakMap<PoolTask, MakeTask>();
  #orphans: PoolTask[] = [];

  /** Makes a task whose result is waited for. */
  make(make: MakeTask): PoolTask {
    const task = make();
    this.#makers.set(task, make);
    return task;
  }

  /** Keeps those tasks of a worker that is gone which it was not given. @returns The others. */
  keepOrphans(lost: readonly PoolTask[]): PoolTask[] {
    const isOrphan = (task: PoolTask) => task.isPinned && !task.isDelivered && !task.isSettled;
    this.#orphans.push(...lost.filter(isOrphan));
    return lost.filter((task) => !isOrphan(task));
  }

  get hasOrphans(): boolean {
    return this.#orphans.length > 0;
  }

  /** Hands out what {@link keepOrphans} kept. */
  takeOrphans(): PoolTask[] {
    return this.#orphans.splice(0);
  }

  add(make: MakeTask): void {
    this.#all.add(make);
  }

  delete(make: MakeTask): void {
    this.#all.delete(make);
  }

  /**
   * The tasks of a new worker. Nobody waits for them: a failure is reported as an event of that worker.
   *
   * @param heirs - What it is given in another one's place.
   */
  *tasksFor(pid: () => number | undefined, heirs: readonly PoolTask[]): Iterable<PoolTask> {
    const inherited = new Set(heirs.map((task) => this.#makers.get(task)));
    for (const make of this.#all) {
      if (inherited.has(make)) continue;
      const onError = (error: unknown) => {
        // What kills one worker would kill each of its replacements.
        if (error instanceof WorkerDiedError) this.#all.delete(make);
        channels.worker.publish({ event: 'error', pid: pid(), error });
      };
      yield make({ onValue: () => {}, onItems: () => {}, onError });
    }
  }
}
