import { Socket } from 'node:net';
import type { ForkedProcess } from '@mp/native';
import { FrameChannel } from '../channel/frame-channel.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { requireNative } from '../native/native.js';
import { translateError } from '../native/native-errors.js';
import { FRAME } from '../protocol/frames.js';
import type { ExitStatus } from '../protocol/preparation.js';
import { checkDirectory, checkEntry } from './checks.js';
import { ExitListeners, exitStatus } from './exit-listeners.js';
import { refuseInspect } from './inspect-flags.js';
import type { Child, LaunchSpec, StartMethod } from './launcher.js';
import { createProgressFile } from './progress-file.js';

/** A process that a fork made, by whomever: what this process needs of it. */
export type Forked = Pick<ForkedProcess, 'pid' | 'exited' | 'kill'> & {
  ref(): unknown;
  unref(): unknown;
};

/** A standard stream of the child: a descriptor to write into, the parent's own, or nothing. */
export type OutputTarget = number | 'inherit' | 'ignore';

/** What the child gets from here, as descriptors of this process. */
export interface ChildEnds {
  /** Its end of the channel. */
  readonly channel: number;
  /** Where a worker notes which tasks it began. */
  readonly progress: number | undefined;
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
}

/** How a child is forked that has an entry of its own. */
export interface ForkPlan {
  readonly method: StartMethod;
  /** The module the child begins with. */
  readonly entry: string;
  /** Makes the process. The descriptors are closed here when it is done. */
  fork(spec: LaunchSpec, ends: ChildEnds): Promise<Forked>;
}

/** A child on its way to be forked: its first frames are written before it exists, and a signal waits for it. */
export class ForkingChild implements Child {
  readonly channel: FrameChannel;
  readonly begun: Promise<void>;
  readonly progress: ReturnType<typeof createProgressFile> | undefined;
  readonly stdout: Socket | undefined;
  readonly stderr: Socket | undefined;
  readonly #exit = new ExitListeners();
  /** Descriptors that are the child's, and closed here once it has them. */
  readonly #theirs: number[] = [];
  #forked: Forked | undefined;
  #pending: NodeJS.Signals | undefined;
  #isReferenced = true;

  constructor(plan: ForkPlan, spec: LaunchSpec) {
    refuseInspect(spec.options, plan.method);
    checkEntry(plan.entry);
    checkDirectory(spec.options.cwd);
    const [ours, theirs] = requireNative().createSocketPair();
    this.#theirs.push(theirs);
    this.channel = new FrameChannel(new SocketTransport(new Socket({ fd: ours, readable: true, writable: true })));
    let targets: readonly [OutputTarget, OutputTarget];
    try {
      this.progress = spec.recordsProgress ? createProgressFile() : undefined;
      const stdout = this.#openOutput(spec);
      this.stdout = stdout.stream;
      const stderr = this.#openOutput(spec);
      this.stderr = stderr.stream;
      targets = [stdout.target, stderr.target];
    } catch (error) {
      // Nobody will have the child that would have closed them.
      this.#closeAll();
      throw error;
    }
    // The process is what keeps us alive, not its channel.
    this.channel.unref();
    this.channel.send(FRAME.prepare, Buffer.from(JSON.stringify(spec.preparation)));
    this.channel.flush();
    this.#theirs.push(...(spec.descriptors ?? []));
    const ends = { channel: theirs, progress: this.progress?.descriptor, stdout: targets[0], stderr: targets[1] };
    this.begun = this.#fork(plan, spec, ends);
    // Who waits for it is told here; a pool by how its worker ended.
    this.begun.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#forked?.pid;
  }

  get exitStatus(): ExitStatus | undefined {
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

  async #fork(plan: ForkPlan, spec: LaunchSpec, ends: ChildEnds): Promise<void> {
    try {
      this.#adopt(await plan.fork(spec, ends));
    } catch (error) {
      const reason = translateError(error);
      this.#exit.settle({ exitCode: 1, signal: undefined, ...(reason instanceof Error ? { cause: reason } : {}) });
      throw reason;
    } finally {
      this.#closeTheirs();
    }
  }

  #adopt(forked: Forked): void {
    this.#forked = forked;
    if (!this.#isReferenced) forked.unref();
    if (this.#pending !== undefined) forked.kill(this.#pending);
    void forked.exited.then(({ code, signal }) => this.#exit.settle(exitStatus(code, signal)));
  }

  #openOutput({ options }: LaunchSpec): { readonly stream: Socket | undefined; readonly target: OutputTarget } {
    const { output = 'inherit' } = options;
    if (output !== 'pipe') return { stream: undefined, target: output };
    const [reading, writing] = requireNative().createPipe();
    this.#theirs.push(writing);
    return { stream: new Socket({ fd: reading, readable: true, writable: false }), target: writing };
  }

  #closeTheirs(): void {
    for (const descriptor of this.#theirs.splice(0)) requireNative().closeDescriptor(descriptor);
  }

  #closeAll(): void {
    this.channel.destroy();
    this.progress?.close();
    this.stdout?.destroy();
    this.#closeTheirs();
  }
}
