import { family } from '../platform/family.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import { type ActiveChild, livingChildren } from './children.js';

/** What a process knows of itself. */
export interface CurrentProcess {
  /** `MainProcess`, or the name that its creator gave it. */
  name: string;
  readonly pid: number;
  readonly daemon: boolean;
  /** The key with which the processes of one family prove themselves to each other. */
  authKey: Uint8Array;
  /** Its place in the tree: `[]` for the main process. */
  readonly identity: readonly number[];
  isAlive(): boolean;
}

/** What a process knows of the one that started it. */
export interface ParentProcess {
  readonly name: string;
  readonly pid: number;
  /** Whether it still runs. */
  isAlive(): boolean;
  /** Waits until it has ended. @param timeoutMs - How long at most, in milliseconds. Endless by default. */
  join(timeoutMs?: number): Promise<void>;
}

const current: CurrentProcess = {
  get name() {
    return family().name;
  },
  set name(name: string) {
    family().name = String(name);
  },
  get pid() {
    return process.pid;
  },
  get daemon() {
    return family().daemon;
  },
  get authKey() {
    return family().authKey;
  },
  set authKey(key: Uint8Array) {
    family().authKey = Uint8Array.from(key);
  },
  get identity() {
    return family().identity;
  },
  isAlive: () => true,
};

/** The process in which this is called. */
export function currentProcess(): CurrentProcess {
  return current;
}

/** The process that started this one; `undefined` in the main process. */
export function parentProcess(): ParentProcess | undefined {
  const place = family();
  if (place.parent === undefined) return undefined;
  return {
    ...place.parent,
    isAlive: () => !place.isParentGone,
    join: (timeoutMs = Number.POSITIVE_INFINITY) =>
      new Promise((resolve) => {
        if (place.isParentGone || timeoutMs <= 0) return resolve();
        const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : startTimer(done, timeoutMs);
        place.parentGone.add(done);
        function done(): void {
          stopTimer(timer);
          place.parentGone.delete(done);
          resolve();
        }
      }),
  };
}

/** The processes and workers that this process started and that have not ended. */
export function activeChildren(): ActiveChild[] {
  return livingChildren();
}
