import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { FORK_SAFE_FLAGS } from '../fork/fork-safety.js';
import { NATIVE_ERROR_CODES, NativeError, systemError } from '../native-error.js';
import { closeDescriptor, createSocketPair } from '../system/descriptors.js';
import { toExitStatus } from '../system/process.js';
import { ControlChannel, type ReceivedPacket } from './control.js';
import { ForkedChild } from './forked-child.js';
import { decodeBody, encodePacket, PACKETS, type Refusal } from './protocol.js';

/** What a server is started with, complete. */
export interface ServerSettings {
  readonly preload: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settleMs: number;
}

/** One request as it is sent. */
export interface PreparedRequest {
  readonly bytes: Buffer;
  readonly descriptors: readonly number[];
  readonly channelFd: number | undefined;
  /** Releases what the request held for the server. */
  readonly release: () => void;
}

interface PendingFork {
  readonly channelFd: number | undefined;
  readonly resolve: (child: ForkedChild) => void;
  readonly reject: (error: NativeError) => void;
}

const MAIN: string = fileURLToPath(new URL('./main.js', import.meta.url));

/** One life of a fork server: from its start until it ended, for whatever reason. */
export class ServerProcess {
  readonly #process: ChildProcess;
  readonly #control: ControlChannel;
  readonly #pending: Map<number, PendingFork> = new Map();
  readonly #children: Map<number, ForkedChild> = new Map();
  readonly #started: Promise<void>;
  readonly #ended: Promise<void>;
  #resolveStart: () => void = () => {};
  #rejectStart: (error: NativeError) => void = () => {};
  #starting = true;
  #alive = true;
  #nextId = 1;
  #idle: (() => void)[] = [];

  /** Starts a server. Await {@link ServerProcess.started}. */
  constructor(settings: ServerSettings) {
    const [ours, theirs] = createSocketPair('packets');
    try {
      this.#process = spawn(process.execPath, [...settings.execArgv, ...FORK_SAFE_FLAGS, MAIN], {
        env: settings.env as NodeJS.ProcessEnv,
        stdio: ['ignore', 'inherit', 'inherit', theirs],
      });
    } catch (error) {
      closeDescriptor(ours);
      throw error;
    } finally {
      closeDescriptor(theirs);
    }
    this.#started = new Promise((resolve, reject) => {
      this.#resolveStart = resolve;
      this.#rejectStart = reject;
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        this.#onEnd(signal ?? `exit code ${code}`);
        resolve();
      });
      this.#process.once('error', (error) => {
        this.#onEnd(error.message);
        resolve();
      });
    });
    this.#process.unref();
    this.#control = new ControlChannel(
      ours,
      (packet) => this.#onPacket(packet),
      // How it ended comes with its 'exit' event, which must not be missed for lack of other work.
      () => this.#process.ref(),
    );
    const parent = isMainThread ? process.pid : undefined;
    const { preload, settleMs } = settings;
    const start = encodePacket({ kind: PACKETS.start }, { preload, parent, settleMs });
    if (start === undefined) throw new NativeError(NATIVE_ERROR_CODES.argument, 'The list of preloads is too long.');
    this.#control.send(start, [], () => {});
  }

  /** The server's process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when the server has loaded its preloads; rejected with `MP_FORK_SERVER` when it will not serve. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Resolves when the server has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Whether it may still serve. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Children that have not ended. */
  get children(): readonly ForkedChild[] {
    return [...this.#children.values()];
  }

  /** Sends a request. Takes over its descriptors. */
  fork(prepare: (id: number) => PreparedRequest): Promise<ForkedChild> {
    const id = this.#nextId++;
    const { bytes, descriptors, channelFd, release } = prepare(id);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { channelFd, resolve, reject });
      this.#updateReference();
      this.#control.send(bytes, descriptors, release);
    });
  }

  /** Resolves when no child is running and no request is pending. */
  whenIdle(): Promise<void> {
    if (this.#children.size + this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends the server, and all its children with SIGKILL. */
  async end(): Promise<void> {
    this.#process.ref();
    // The server sees the closed control, ends its children, reaps them and ends.
    this.#control.close();
    await this.#ended;
  }

  #onPacket(packet: ReceivedPacket): void {
    switch (packet.kind) {
      case PACKETS.ready:
        this.#starting = false;
        this.#updateReference();
        this.#resolveStart();
        break;
      case PACKETS.refused:
        this.#starting = false;
        this.#rejectStart(
          new NativeError(NATIVE_ERROR_CODES.forkServer, decodeBody<Refusal>(packet.body, packet.descriptors).message),
        );
        break;
      case PACKETS.forked:
        this.#onForked(packet);
        break;
      case PACKETS.failed:
        this.#onFailed(packet);
        break;
      case PACKETS.exited:
        this.#onExited(packet);
        break;
    }
  }

  #onForked({ id, value, descriptors }: ReceivedPacket): void {
    const request = this.#take(id);
    const child = new ForkedChild(value, descriptors[0], request?.channelFd, {
      onReferenceChange: () => this.#updateReference(),
    });
    this.#children.set(id, child);
    this.#updateReference();
    request?.resolve(child);
  }

  #onFailed({ id, value }: ReceivedPacket): void {
    const request = this.#take(id);
    if (request?.channelFd !== undefined) closeDescriptor(request.channelFd);
    request?.reject(systemError('fork', value));
    this.#updateReference();
  }

  #onExited({ id, status }: ReceivedPacket): void {
    const child = this.#children.get(id);
    this.#children.delete(id);
    this.#updateReference();
    // A wait status: the signal in the low seven bits, the code in the byte above, wait(2).
    const signal = status & 0x7f;
    child?.settle({
      ...toExitStatus(signal === 0 ? (status >> 8) & 0xff : -1, signal === 0 ? -1 : signal),
      serverDied: false,
    });
  }

  #onEnd(how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#control.drain();
    this.#control.close();
    const message = `The fork server ended (${how})`;
    if (this.#starting)
      this.#rejectStart(
        new NativeError(
          NATIVE_ERROR_CODES.forkServer,
          `${message} before it had loaded its preloads; see its output above.`,
        ),
      );
    for (const [id, request] of this.#pending) {
      this.#take(id);
      if (request.channelFd !== undefined) closeDescriptor(request.channelFd);
      request.reject(
        new NativeError(
          NATIVE_ERROR_CODES.forkServerDied,
          `${message} before it forked. The next fork starts a new one.`,
        ),
      );
    }
    const left = this.children;
    this.#children.clear();
    for (const child of left) void child.abandon();
    this.#updateReference();
  }

  #take(id: number): PendingFork | undefined {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    return request;
  }

  #updateReference(): void {
    const waiting = this.#starting || this.#pending.size > 0 || this.children.some((child) => child.referenced);
    if (this.#alive) this.#control.setReferenced(waiting || this.#idle.length > 0);
    if (this.#children.size + this.#pending.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
