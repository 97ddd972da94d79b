import { Socket } from 'node:net';
import type { ForkedProcess } from '@mp/native';
import { FrameChannel } from '../channel/frame-channel.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { nativeProblem, requireNative } from '../native/native.js';
import { translateError } from '../native/native-errors.js';
import { adoptCopy, announceFork } from '../platform/forking.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { checkDirectory, checkEntry } from './checks.js';
import { ExitListeners, exitStatus } from './exit-listeners.js';
import { refuseInspect } from './inspect-flags.js';
import type { Child, Launcher, LaunchOptions, LaunchSpec } from './launcher.js';
import { createProgressFile } from './progress-file.js';

const ENTRY = new URL('../entry/forked-copy.js', import.meta.url).href;

/** What a copy of this process begins with, in a module that is loaded before. */
interface Copy {
  readonly runCopy: (channel: number, progress: number | undefined, work: LaunchSpec['work']) => void;
}

/** Makes a copy of this process. Its channel is a socket pair; a target and its arguments are simply there. */
export const forkLauncher: Launcher = {
  method: 'fork',
  copies: true,
  get problem() {
    const problem = nativeProblem();
    if (problem !== undefined) return problem;
    const safety = requireNative().isForkSafe();
    if (safety.safe) return undefined;
    return `cannot be used: ${safety.reason}, or with \`npx mp-fork program.js\``;
  },
  launch: (spec) => new CopiedChild(spec),
};

/** A child on its way: it is copied when no thread of this process is busy. */
class CopiedChild implements Child {
  readonly channel: FrameChannel;
  readonly begun: Promise<void>;
  readonly progress: ReturnType<typeof createProgressFile> | undefined;
  readonly stdout: Socket | undefined;
  readonly stderr: Socket | undefined;
  readonly #exit = new ExitListeners();
  /** Descriptors that are the child's, and closed here once it has them. */
  readonly #theirs: number[] = [];
  #forked: ForkedProcess | undefined;
  #pending: NodeJS.Signals | undefined;
  #isReferenced = true;

  constructor(spec: LaunchSpec) {
    checkEntry(ENTRY);
    checkOptions(spec.options);
    checkDirectory(spec.options.cwd);
    const [ours, theirs] = requireNative().createSocketPair();
    this.#theirs.push(theirs);
    this.channel = new FrameChannel(new SocketTransport(new Socket({ fd: ours, readable: true, writable: true })));
    this.progress = spec.recordsProgress ? createProgressFile() : undefined;
    const output = spec.options.output ?? 'inherit';
    const [stdout, stderr] = [this.#openOutput(output), this.#openOutput(output)];
    this.stdout = stdout.stream;
    this.stderr = stderr.stream;
    // The process is what keeps us alive, not its channel.
    this.channel.unref();
    this.channel.send(FRAME.prepare, Buffer.from(JSON.stringify(spec.preparation)));
    this.channel.flush();
    this.begun = this.#fork(spec, theirs, [stdout.target, stderr.target]);
    // Who waits for it is told; a pool hears of the exit.
    this.begun.catch((error: Error) => {
      if (spec.recordsProgress) console.error(error.message);
    });
  }

  get pid(): number | undefined {
    return this.#forked?.pid;
  }

  get exitStatus() {
    return this.#exit.status;
  }

  onExit(listener: Parameters<Child['onExit']>[0]): void {
    this.#exit.add(listener);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#exit.status !== undefined) return;
    if (this.#forked === undefined) this.#pending = name;
    else this.#forked.kill(name);
  }

  ref(): void {
    this.#isReferenced = true;
    this.#forked?.ref();
  }

  unref(): void {
    this.#isReferenced = false;
    this.#forked?.unref();
    this.stdout?.unref();
    this.stderr?.unref();
  }

  async #fork({ options, work }: LaunchSpec, channel: number, output: readonly (number | undefined)[]): Promise<void> {
    const native = requireNative();
    try {
      // Loaded here: in the copy it is simply there.
      const { runCopy } = (await import(ENTRY)) as Copy;
      const forked = await native.fork(
        () => {
          adoptCopy();
          for (const [index, descriptor] of output.entries())
            if (descriptor !== undefined) native.duplicateDescriptorTo(descriptor, index + 1);
          adoptSurroundings(options);
          runCopy(channel, this.progress?.descriptor, work);
        },
        { beforeCopy: announceFork },
      );
      this.#adopt(forked);
    } catch (error) {
      this.#exit.settle({ exitCode: 1, signal: undefined });
      throw translateError(error);
    } finally {
      for (const descriptor of this.#theirs.splice(0)) native.closeDescriptor(descriptor);
    }
  }

  #adopt(forked: ForkedProcess): void {
    this.#forked = forked;
    if (!this.#isReferenced) forked.unref();
    if (this.#pending !== undefined) forked.kill(this.#pending);
    void forked.exited.then(({ code, signal }) => this.#exit.settle(exitStatus(code, signal)));
  }

  #openOutput(output: 'inherit' | 'pipe' | 'ignore'): {
    readonly stream: Socket | undefined;
    readonly target: number | undefined;
  } {
    if (output === 'inherit') return { stream: undefined, target: undefined };
    const [reading, writing] = requireNative().createPipe();
    this.#theirs.push(writing);
    const stream = new Socket({ fd: reading, readable: true, writable: false });
    if (output === 'pipe') return { stream, target: writing };
    stream.resume().unref();
    return { stream: undefined, target: writing };
  }
}

function adoptSurroundings({ env, cwd }: LaunchOptions): void {
  if (cwd !== undefined) process.chdir(cwd);
  if (env === undefined) return;
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
}

/** @throws ProcessError where an option is asked for that is settled when a process of Node starts. */
function checkOptions(options: LaunchOptions): void {
  const { execArgv, resourceLimits } = options;
  refuseInspect(options, 'fork');
  const settled = execArgv !== undefined ? 'execArgv' : resourceLimits !== undefined ? 'resourceLimits' : undefined;
  if (settled === undefined) return;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `A copy of this process has its flags and limits (option ${settled}): use another start method for others.`,
  );
}
