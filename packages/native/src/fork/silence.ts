import { openSync } from 'node:fs';
import { Readable } from 'node:stream';
import { clearImmediate, clearTimeout } from 'node:timers';
import { addon } from '../addon.js';
import { readClosure } from './node-internals.js';

interface TimerList {
  readonly _idleNext: TimerList | NodeJS.Timeout | null;
}

type ListedTimer = NodeJS.Timeout & {
  readonly _idleNext: ListedTimer | TimerList | null;
  readonly _onTimeout: { readonly name: string } | null;
};

interface ListedImmediate extends NodeJS.Immediate {
  readonly _idleNext: ListedImmediate | null;
}

/** Node's lists of what is due later. The lists stay the same objects for the life of the process. */
interface DueLists {
  readonly timers: Readonly<Record<string, TimerList>>;
  readonly immediates: { readonly head: ListedImmediate | null };
}

let lists: DueLists | undefined;

/**
 * Finds Node's lists of timers and immediates, in the process that is going to be forked.
 *
 * @returns Whether they were found. Without them a child would run its parent's timers.
 */
export function findDueLists(): boolean {
  if (lists !== undefined) return true;
  const { timerListMap, immediateQueue } = readClosure(clearTimeout, ['timerListMap', 'immediateQueue']);
  if (typeof timerListMap !== 'object' || timerListMap === null) return false;
  if (typeof immediateQueue !== 'object' || immediateQueue === null || !('head' in immediateQueue)) return false;
  lists = { timers: timerListMap as DueLists['timers'], immediates: immediateQueue as DueLists['immediates'] };
  return true;
}

/**
 * Drops, in a child, what its parent had still to do: timers, immediates, listeners for events of the parent's life,
 * its channel to its own parent, and its standard input. What has a descriptor is inert already.
 */
export function silenceParent(): void {
  if (lists !== undefined) {
    for (const list of Object.values(lists.timers)) clearTimers(list);
    for (let one = lists.immediates.head; one !== null; ) {
      const next = one._idleNext;
      clearImmediate(one);
      one = next;
    }
  }
  for (const event of process.eventNames())
    if (typeof event === 'string' && isOfParent(event)) process.removeAllListeners(event);
  disconnectChannel();
  emptyStandardInput();
}

function clearTimers(list: TimerList): void {
  let one = list._idleNext as ListedTimer | TimerList | null;
  while (one !== null && one !== list) {
    const timer = one as ListedTimer;
    one = timer._idleNext;
    // Node's own: the date in HTTP headers is kept until this timer says that a second has passed.
    if (timer._onTimeout?.name !== 'resetCache') clearTimeout(timer);
  }
}

/** Handlers that clean up for the parent, or speak to whoever started it. Handlers of errors are policy, and stay. */
function isOfParent(event: string): boolean {
  return event.startsWith('SIG') || ['exit', 'beforeExit', 'message', 'disconnect'].includes(event);
}

/** `process.send` would write into a channel whose other end is the parent's parent. */
function disconnectChannel(): void {
  if (process.channel === undefined) return;
  for (const [name, value] of Object.entries({ send: undefined, channel: undefined, connected: false }))
    Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true });
}

/** Two readers of one input would each get a part of it. */
function emptyStandardInput(): void {
  const handled = addon()
    .listHandles()
    .some(([, descriptor]) => descriptor === 0);
  if (!handled) {
    const nothing = openSync('/dev/null', 'r');
    addon().duplicateTo(nothing, 0);
    addon().close(nothing);
  }
  let stdin: Readable | undefined;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => (stdin ??= Object.assign(Readable.from([]), { fd: 0 })),
  });
}
