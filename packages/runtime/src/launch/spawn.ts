import { type ChildProcess, spawn as spawnProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FrameChannel } from '../channel/frame-channel.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { FRAME } from '../protocol/frames.js';
import { checkDirectory, checkEntry, withPermission } from './checks.js';
import { inheritableExecArgv } from './exec-args.js';
import { ExitListeners, exitStatus } from './exit-listeners.js';
import { CHILD_FLAG, frozenProgram } from './frozen.js';
import { inspectFlags } from './inspect-flags.js';
import type { Child, Launcher, LaunchOptions, LaunchSpec } from './launcher.js';
import { createProgressFile } from './progress-file.js';
import { unwatch, watch } from './watchdog.js';

const ENTRY = new URL('../entry/spawned.js', import.meta.url).href;

/** Starts a fresh process of Node. Its channel is a socket pair on descriptor 3. */
export const spawnLauncher: Launcher = { method: 'spawn', problem: undefined, launch };

function launch(spec: LaunchSpec): Child {
  const program = frozenProgram();
  if (program === undefined) checkEntry(ENTRY);
  checkDirectory(spec.options.cwd);
  const progress = spec.recordsProgress ? createProgressFile() : undefined;
  const output = spec.options.output ?? 'inherit';
  let child: ChildProcess;
  try {
    child = start(
      spec,
      program === undefined
        ? [...flags(spec.options), fileURLToPath(ENTRY)]
        : programArguments(spec.options, program.file),
      ['ignore', output, output, 'pipe', ...(progress === undefined ? [] : [progress.descriptor])],
    );
  } catch (error) {
    // Nobody will have the child that would have closed it.
    progress?.close();
    throw error;
  }
  const exit = new ExitListeners();
  const { pid } = child;
  if (pid !== undefined) watch(pid);
  child.once('error', (error) => {
    // 'error' also reports a signal that could not be sent; without a process id, nothing was started.
    if (pid === undefined) {
      console.error(`A process could not be started with ${spec.executable}: ${error.message}`);
      exit.settle({ exitCode: 1, signal: undefined });
    }
  });
  child.once('exit', (code, signal) => {
    if (pid !== undefined) unwatch(pid);
    exit.settle(exitStatus(code, signal));
  });
  const channel = new FrameChannel(new SocketTransport(child.stdio[3] as Socket));
  // The process is what keeps us alive, not its channel.
  channel.unref();
  channel.send(FRAME.prepare, Buffer.from(JSON.stringify(spec.preparation)));
  channel.flush();
  return {
    pid,
    channel,
    progress,
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    get exitStatus() {
      return exit.status;
    },
    onExit: (listener) => exit.add(listener),
    signal: (name) => {
      if (exit.status === undefined) child.kill(name);
    },
    ref: () => child.ref(),
    unref: () => {
      child.unref();
      // A piped stream keeps the process alive on its own.
      (child.stdout as Socket | null)?.unref();
      (child.stderr as Socket | null)?.unref();
    },
  };
}

function start(
  { executable, options }: LaunchSpec,
  args: readonly string[],
  stdio: ('ignore' | 'inherit' | 'pipe' | number)[],
): ChildProcess {
  return withPermission(`A process could not be started with ${executable}`, '--allow-child-process', () => {
    const child = spawnProcess(executable, args, {
      stdio,
      windowsHide: true,
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    // Node leaves a child without any streams behind where it had no descriptors for them, and says so in an event
    // (ChildProcess.spawn in lib/internal/child_process.js, EMFILE and ENFILE).
    if ((child.stdio as unknown) !== undefined) return child;
    child.once('error', () => {});
    throw new Error('too many open files: raise the limit of descriptors (ulimit -n), or start fewer processes');
  });
}

/** A single executable takes no flags of Node. */
function programArguments(options: LaunchOptions, file: string | undefined): string[] {
  return file === undefined ? [CHILD_FLAG] : [...flags(options), file, CHILD_FLAG];
}

function flags(options: LaunchOptions): string[] {
  const { execArgv } = options;
  return [
    ...(execArgv === undefined ? inheritableExecArgv(process.execArgv) : execArgv),
    ...heapFlags(options),
    ...inspectFlags(options),
  ];
}

/** Node's flags for the limits of a heap. */
export function heapFlags({ resourceLimits }: LaunchOptions): string[] {
  const result: string[] = [];
  const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb, stackSizeMb } = resourceLimits ?? {};
  if (maxOldGenerationSizeMb !== undefined) result.push(`--max-old-space-size=${maxOldGenerationSizeMb}`);
  if (maxYoungGenerationSizeMb !== undefined) result.push(`--max-semi-space-size=${maxYoungGenerationSizeMb}`);
  if (stackSizeMb !== undefined) result.push(`--stack-size=${Math.floor(stackSizeMb * 1024)}`);
  return result;
}
