import { Socket } from 'node:net';
import type { CodecModule } from '@mp/codec';
import type { ForkedChild } from '@mp/native';
import { FrameChannel } from '../channel/frame-channel.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { nativeProblem, requireNative } from '../native/native.js';
import { FRAME } from '../protocol/frames.js';
import { checkDirectory, checkEntry } from './checks.js';
import { inheritableExecArgv } from './exec-args.js';
import { ExitListeners, exitStatus } from './exit-listeners.js';
import { forkServer } from './fork-servers.js';
import { refuseInspect } from './inspect-flags.js';
import type { Child, Launcher, LaunchOptions, LaunchSpec } from './launcher.js';
import { createProgressFile } from './progress-file.js';
import { heapFlags } from './spawn.js';

const ENTRY = new URL('../entry/forked.js', import.meta.url).href;
const REHEARSAL = new URL('../entry/rehearsal.js', import.meta.url).href;

/** Has a process forked by a server that has loaded everything before. Its channel is a socket pair. */
export const forkserverLauncher: Launcher = {
  method: 'forkserver',
  get problem() {
    return nativeProblem();
  },
  launch: (spec) => new ServedChild(spec),
};

/** Where a child's output goes, and where it can be read here. */
interface OpenOutput {
  readonly stream: Socket | undefined;
  readonly target: number | 'inherit' | 'ignore';
}

/** A child on its way: the server forks it while its first frames are written already. */
class ServedChild implements Child {
  readonly channel: FrameChannel;
  readonly begun: Promise<void>;
  readonly progress: ReturnType<typeof createProgressFile> | undefined;
  readonly stdout: Socket | undefined;
  readonly stderr: Socket | undefined;
  readonly #exit = new ExitListeners();
  /** Descriptors that are the child's, and closed here once it has them. */
  readonly #theirs: number[] = [];
  #forked: ForkedChild | undefined;
  #pending: NodeJS.Signals | undefined;
  #isReferenced = true;

  constructor(spec: LaunchSpec) {
    refuseInspect(spec.options, 'forkserver');
    checkEntry(ENTRY);
    checkDirectory(spec.options.cwd);
    const [ours, theirs] = requireNative().createSocketPair();
    this.#theirs.push(theirs);
    this.channel = new FrameChannel(new SocketTransport(new Socket({ fd: ours, readable: true, writable: true })));
    const output = spec.options.output ?? 'inherit';
    let stdout: OpenOutput;
    let stderr: OpenOutput;
    try {
      this.progress = spec.recordsProgress ? createProgressFile() : undefined;
      stdout = this.#openOutput(output);
      stderr = this.#openOutput(output);
    } catch (error) {
      // Nobody will have the child that would have closed them.
      this.channel.destroy();
      this.progress?.close();
      this.#closeTheirs();
      throw error;
    }
    this.stdout = stdout.stream;
    this.stderr = stderr.stream;
    // The process is what keeps us alive, not its channel.
    this.channel.unref();
    this.channel.send(FRAME.prepare, Buffer.from(JSON.stringify(spec.preparation)));
    this.channel.flush();
    const descriptors = [theirs, ...(this.progress === undefined ? [] : [this.progress.descriptor])];
    this.begun = this.#fork(spec, descriptors, [stdout.target, stderr.target]);
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
    // A piped stream keeps the process alive on its own.
    this.stdout?.unref();
    this.stderr?.unref();
  }

  async #fork(
    { preparation, options }: LaunchSpec,
    descriptors: readonly number[],
    output: readonly (number | 'inherit' | 'ignore')[],
  ): Promise<void> {
    try {
      const server = await forkServer(flagsOf(options), preloadsFor(preparation.codec));
      const child = await server.fork({
        entry: ENTRY,
        call: 'run',
        descriptors,
        stdio: ['ignore', output[0] ?? 'inherit', output[1] ?? 'inherit'],
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
      });
      this.#adopt(child);
    } catch (error) {
      console.error(`A process could not be forked: ${error instanceof Error ? error.message : String(error)}`);
      this.#exit.settle({ exitCode: 1, signal: undefined });
    } finally {
      this.#closeTheirs();
    }
  }

  #closeTheirs(): void {
    for (const descriptor of this.#theirs.splice(0)) requireNative().closeDescriptor(descriptor);
  }

  #adopt(child: ForkedChild): void {
    this.#forked = child;
    if (!this.#isReferenced) child.unref();
    if (this.#pending !== undefined) child.kill(this.#pending);
    void child.exited.then(({ code, signal }) => this.#exit.settle(exitStatus(code, signal)));
  }

  #openOutput(output: 'inherit' | 'pipe' | 'ignore'): OpenOutput {
    if (output !== 'pipe') return { stream: undefined, target: output };
    const [reading, writing] = requireNative().createPipe();
    this.#theirs.push(writing);
    return { stream: new Socket({ fd: reading, readable: true, writable: false }), target: writing };
  }
}

/** What every child needs, and what has it compiled before the first. */
function preloadsFor({ specifier, exportName }: CodecModule): string[] {
  const rehearsal = new URL(REHEARSAL);
  rehearsal.searchParams.set('codec', specifier);
  rehearsal.searchParams.set('name', exportName);
  return [ENTRY, specifier, rehearsal.href];
}

function flagsOf(options: LaunchOptions): string[] {
  return [...(options.execArgv ?? inheritableExecArgv(process.execArgv)), ...heapFlags(options)];
}
