import { MessageChannel, Worker } from 'node:worker_threads';
import { FrameChannel } from '../channel/frame-channel.js';
import { PortTransport } from '../channel/port-transport.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { checkEntry, withPermission } from './checks.js';
import { inheritableExecArgv } from './exec-args.js';
import { ExitListeners, exitStatus } from './exit-listeners.js';
import { frozenProgram, type ThreadPlace, threadProgram } from './frozen.js';
import { refuseInspect } from './inspect-flags.js';
import type { Child, Launcher, LaunchSpec, ProgressRecord } from './launcher.js';

const ENTRY = new URL('../entry/thread.js', import.meta.url).href;

/** Starts a worker thread with the interface of a process. */
export const threadLauncher: Launcher = { method: 'thread', problem: undefined, launch };

function launch({ preparation, options, recordsProgress }: LaunchSpec): Child {
  refuseInspect(options, 'thread');
  const program = frozenProgram();
  if (program === undefined) checkEntry(ENTRY);
  const url = program === undefined ? new URL(ENTRY) : threadProgram(program);
  if (url === undefined)
    throw new ProcessError(
      PROCESS_ERROR_CODES.start,
      'A thread cannot be started in a single executable: threads begin with a file. Use processes.',
    );
  const { port1, port2 } = new MessageChannel();
  const shared = recordsProgress ? new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) : undefined;
  const output = options.output ?? 'inherit';
  const start = () =>
    new Worker(url, {
      workerData: { mpChild: true, port: port2, progress: shared } satisfies ThreadPlace,
      transferList: [port2],
      execArgv: options.execArgv === undefined ? threadFlags() : [...options.execArgv],
      stdin: false,
      stdout: output !== 'inherit',
      stderr: output !== 'inherit',
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
    });
  const worker = withPermission('A thread could not be started', '--allow-worker', start);
  const exit = new ExitListeners();
  let sent: NodeJS.Signals | undefined;
  // The thread says on standard error itself what it died of; out of memory, it cannot.
  let failure: (Error & { code?: string }) | undefined;
  worker.on('error', (error: Error & { code?: string }) => {
    failure = error;
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') console.error(`${preparation.name}: ${error.message}`);
  });
  worker.once('exit', (code) => {
    // A thread that is ended while it starts reports 0.
    const forced = sent !== undefined && failure === undefined;
    const status = forced ? exitStatus(null, sent as NodeJS.Signals) : exitStatus(code, null);
    exit.settle(failure === undefined ? status : { ...status, cause: failure });
  });
  const channel = new FrameChannel(new PortTransport(port1));
  // The thread is what keeps us alive, not its channel.
  channel.unref();
  channel.send(FRAME.prepare, Buffer.from(JSON.stringify(preparation)));
  channel.flush();
  return {
    pid: process.pid,
    channel,
    progress: shared === undefined ? undefined : sharedProgress(shared),
    stdout: output === 'pipe' ? worker.stdout : undefined,
    stderr: output === 'pipe' ? worker.stderr : undefined,
    get exitStatus() {
      return exit.status;
    },
    onExit: (listener) => exit.add(listener),
    signal: (name) => {
      if (exit.status !== undefined) return;
      sent ??= name;
      void worker.terminate();
    },
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  };
}

function sharedProgress(shared: SharedArrayBuffer): ProgressRecord {
  const count = new Int32Array(shared);
  return { read: () => Atomics.load(count, 0) >>> 0, close: () => {} };
}

/**
 * A worker refuses flags that hold for the whole process, and has those anyway. But it has the permissions of the process only if
 * they are among its own flags: with flags and without these, Node gives it all permissions.
 */
function threadFlags(): string[] {
  return inheritableExecArgv(process.execArgv).filter(
    (flag) =>
      !/^--(max-|stack|expose|allow-(?!addons|child-process|ffi|fs-|inspector|net|wasi|worker)|title|v8-|single-threaded|harmony|icu-|openssl-|tls-|use-|zero-fill|jitless|abort-|diagnostic|disable-proto|force-|secure-|security-|no-opt|trace-gc)/.test(
        flag,
      ),
  );
}
