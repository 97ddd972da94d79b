import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NATIVE_ERROR_CODES, NativeError, systemError } from './native-error.js';

/** A descriptor that is being watched; see `system/watcher.ts`. */
export interface WatcherHandle {
  readonly watcher: unique symbol;
}

/** Memory that is mapped; see `shared-memory/mapping.ts`. */
export interface MappingHandle {
  readonly mapping: unique symbol;
}

/** `[pid, exit code or -1, signal or -1]` */
export type ExitTriple = readonly [pid: number, code: number, signal: number];

/** The addon's functions, one to one; their contracts are in the C files of the same concern. */
export interface Addon {
  setErrorFactory(factory: (syscall: string, errno: number) => Error): void;
  // descriptors.c
  createPipe(): [number, number];
  createSocketPair(packets: number): [number, number];
  createEventDescriptor(): number;
  read(fd: number, bytes: Uint8Array): number;
  write(fd: number, bytes: Uint8Array): number;
  close(fd: number): void;
  duplicate(fd: number): number;
  duplicateTo(fd: number, target: number): void;
  setCloseOnExec(fd: number, on: number): void;
  setNonBlocking(fd: number, on: number): void;
  poll(entries: Int32Array, timeoutMs: number): number;
  // messages.c
  sendMessage(fd: number, bytes: Uint8Array, descriptors?: readonly number[]): number;
  receiveMessage(fd: number, bytes: Uint8Array): [count: number, cut: number, ...descriptors: number[]];
  // exchange.c
  offerDescriptor(fd: number, token: Uint8Array): string;
  withdrawDescriptor(token: Uint8Array): number;
  claimDescriptor(name: string, token: Uint8Array): number;
  // process.c
  pidfdOpen(pid: number): number;
  pidfdSendSignal(pidfd: number, signal: number): number;
  waitProcess(pid: number, block: number): ExitTriple | undefined;
  waitPidfd(pidfd: number): ExitTriple | undefined;
  setDeathSignal(signal: number, parent: number): number;
  setProcessGroup(pid: number, group: number): void;
  getProcessGroup(pid: number): number;
  createSession(): number;
  getProcessIds(): [pid: number, parent: number, thread: number];
  getStartTime(pid: number): number;
  getAffinity(): number[];
  setAffinity(processors: readonly number[]): void;
  exitNow(code: number): never;
  leaveAtTeardown(code: number): void;
  replaceEnvironment(namesAndValues: readonly string[]): void;
  // watch.c
  createWatcher(fd: number, callback: (events: number) => void): WatcherHandle;
  watch(watcher: WatcherHandle, events: number): void;
  refWatcher(watcher: WatcherHandle, on: number): void;
  closeWatcher(watcher: WatcherHandle): void;
  // memory.c
  createAnonymous(name: string, size: number): number;
  createNamed(path: string, size: number, mode: number): number;
  openNamed(path: string): number;
  openUnlocked(path: string): number;
  takeIfUnused(fd: number): number;
  describe(fd: number): [size: number, mode: number, links: number, owner: number];
  map(fd: number): [ArrayBuffer, MappingHandle];
  unmap(buffer: ArrayBuffer, mapping: MappingHandle): void;
  // segments.c
  keepFile(fd: number, path: string): void;
  closeFile(fd: number, path: string): void;
  // futex.c
  futexWait(words: Int32Array, index: number, expected: number, timeoutMs: number): number;
  futexWake(words: Int32Array, index: number, count: number): number;
  setWaitDescriptor(fd: number): void;
  startWait(id: number, words: Int32Array, index: number, expected: number, timeoutMs: number): number;
  cancelWait(id: number): void;
  takeWaits(): number[];
  // fork.c
  forkProcess(deathSignal: number): number;
  acceptSignals(): void;
  countRequests(): number;
  isQuiet(): boolean;
  referenceSockets(on: boolean): void;
  listHandles(): [type: string, descriptor: number, referenced: number][];
  // loop.c
  superviseLoop(onEmpty: (again: boolean) => void): void;
  // server.c
  serve(control: number): [body: ArrayBuffer, ...descriptors: number[]] | null | undefined;
  latestRequest(): ArrayBuffer;
  awaitRequest(): [body: ArrayBuffer, ...descriptors: number[]];
}

/** Whether the addon is there. */
export type NativeSupport = { readonly available: true } | { readonly available: false; readonly reason: string };

type Loaded = { readonly addon: Addon } | { readonly reason: string };

let loaded: Loaded | undefined;

/**
 * Whether the system calls of this package are available here, and why not.
 *
 * @example
 * const support = nativeSupport();
 * if (!support.available) console.warn(`No fork here: ${support.reason}.`);
 */
export function nativeSupport(): NativeSupport {
  loaded ??= load();
  return 'addon' in loaded ? { available: true } : { available: false, reason: loaded.reason };
}

/**
 * The addon.
 *
 * @throws NativeError `MP_NATIVE_UNAVAILABLE` where there is none.
 */
export function addon(): Addon {
  loaded ??= load();
  if ('addon' in loaded) return loaded.addon;
  throw new NativeError(
    NATIVE_ERROR_CODES.unavailable,
    `This needs the native part of @mp/native, which is not available: ${loaded.reason}.`,
  );
}

function load(): Loaded {
  if (process.platform !== 'linux') return { reason: `it needs Linux, and this is ${process.platform}` };
  const { arch } = process;
  const file = fileURLToPath(new URL(`../prebuilds/linux-${arch}/mp-native.node`, import.meta.url));
  try {
    const found = createRequire(import.meta.url)(file) as Addon;
    found.setErrorFactory(systemError);
    return { addon: found };
  } catch (error) {
    return { reason: explain(error, arch) };
  }
}

function explain(error: unknown, arch: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND')
    return `there is no binary for linux-${arch}; install a C compiler and run \`npm rebuild @mp/native\``;
  if (code === 'ERR_DLOPEN_DISABLED') return 'this process does not allow addons; start Node with --allow-addons';
  return `its binary could not be loaded: ${message.split('\n')[0]}`;
}
