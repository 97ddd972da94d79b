import { closeDescriptor } from '../system/descriptors.js';
import { type ExitStatus, killPidfd, watchPidfd } from '../system/process.js';

/** How a child of a fork server ended. */
export interface ForkedExit extends ExitStatus {
  /** The server ended before it could say how: the kernel killed the child with its server. */
  readonly serverDied: boolean;
}

/** What the server's client does for a child. */
export interface ForkedChildOwner {
  /** The child began or ceased to keep this process alive. */
  onReferenceChange(): void;
}

/** A process that a fork server made. */
export class ForkedChild {
  /** Its process id. It may be used again after {@link ForkedChild.exited}. */
  readonly pid: number;
  /** This process's end of the channel, a connected unix stream socket, where one was asked for. It is the caller's. */
  readonly channelFd: number | undefined;
  /** Resolves when the child has ended. Never rejected. */
  readonly exited: Promise<ForkedExit>;
  readonly #owner: ForkedChildOwner;
  #pidfd: number | undefined;
  #referenced = true;
  #settle: (exit: ForkedExit) => void = () => {};

  /** Made by `ForkServer.fork`. */
  constructor(pid: number, pidfd: number | undefined, channelFd: number | undefined, owner: ForkedChildOwner) {
    this.pid = pid;
    this.channelFd = channelFd;
    this.#pidfd = pidfd;
    this.#owner = owner;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Whether the child has not ended, as far as this process knows. */
  get running(): boolean {
    return this.#pidfd !== undefined;
  }

  /** Whether waiting for the child's end keeps this process alive. */
  get referenced(): boolean {
    return this.#referenced;
  }

  /**
   * Sends the child a signal, and never another process that got its id.
   *
   * @returns Whether it was still there.
   */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    return this.#pidfd !== undefined && killPidfd(this.#pidfd, signal);
  }

  /** Keeps this process alive until the child ends. The default. */
  ref(): this {
    this.#referenced = true;
    this.#owner.onReferenceChange();
    return this;
  }

  /** Lets this process end before the child does, and the child then with it. */
  unref(): this {
    this.#referenced = false;
    this.#owner.onReferenceChange();
    return this;
  }

  /** The server said how the child ended. */
  settle(exit: ForkedExit): void {
    if (this.#pidfd === undefined) return;
    closeDescriptor(this.#pidfd);
    this.#pidfd = undefined;
    this.#settle(exit);
  }

  /** The server is gone: the kernel ends the child, and nobody will say how. */
  async abandon(): Promise<void> {
    if (this.#pidfd === undefined) return;
    killPidfd(this.#pidfd, 'SIGKILL');
    await watchPidfd(this.#pidfd);
    this.settle({ code: null, signal: 'SIGKILL', serverDied: true });
  }
}
