import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { onFork } from '../platform/forking.js';
import { startTimer, stopTimer, type Timer } from '../platform/timers.js';

/**
 * Reads the children's ids from its standard input, and kills them when it ends: that is when this process is gone,
 * however it went. It ignores the signals of the terminal, so that it ends last.
 */
const SCRIPT = `trap '' INT TERM HUP QUIT
pids=' '
while read -r op pid; do
  case $op in
    +) pids="$pids$pid ";;
    -) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }";; esac;;
  esac
done
[ "$pids" = ' ' ] || kill -KILL $pids 2>/dev/null`;

/** A watchdog with nobody to watch stays so long, in case another child is started soon. */
const LINGER_MS = 1000;

const watched = new Set<number>();
let dog: ChildProcess | undefined;
let lingering: Timer | undefined;

// It is the parent's, and so are the children that it watches.
onFork({
  afterFork: () => {
    watched.clear();
    dog = undefined;
    lingering = undefined;
  },
});

/**
 * Makes sure that a child process does not outlive this one.
 *
 * An idle child sees the end of its channel. A busy one sees nothing: its event loop does not run. One small shell for
 * all children of this process does what a thread in each of them would do for eight megabytes a child.
 */
export function watch(pid: number): void {
  if (process.platform === 'win32') return;
  stopTimer(lingering);
  watched.add(pid);
  if (dog === undefined) startDog();
  else tell(`+ ${pid}\n`);
}

/** The child has ended: its id may soon belong to somebody else. */
export function unwatch(pid: number): void {
  if (!watched.delete(pid)) return;
  tell(`- ${pid}\n`);
  if (watched.size > 0) return;
  stopTimer(lingering);
  lingering = startTimer(() => {
    dog?.stdin?.end();
    dog = undefined;
  }, LINGER_MS);
  lingering.unref();
}

function startDog(): void {
  // A process group of its own, so that a signal to ours does not reach it before it has done its work.
  const started = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  dog = started;
  // No shell, no permission, or no descriptors: children are still ended by the end of their channel, unless they are busy.
  started.on('error', () => {
    if (dog === started && started.pid === undefined) dog = undefined;
  });
  // Without descriptors for its streams, it has none.
  const stdin = started.stdin as Socket | undefined;
  if (stdin === undefined) return;
  started.unref();
  stdin.on('error', () => {});
  stdin.unref();
  started.on('exit', () => {
    if (dog !== started) return;
    dog = undefined;
    if (watched.size > 0) startDog();
  });
  for (const pid of watched) tell(`+ ${pid}\n`);
}

function tell(line: string): void {
  dog?.stdin?.write(line);
}
