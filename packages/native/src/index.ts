export { type NativeSupport, nativeSupport } from './addon.js';
export { type AfterForkHook, registerAfterFork } from './fork/after-fork.js';
export { ForkedProcess, type ForkOptions, fork } from './fork/fork.js';
export { FORK_SAFE_FLAGS, type ForkSafety, isForkSafe } from './fork/fork-safety.js';
export { ForkServer } from './fork-server/fork-server.js';
export { ForkedChild, type ForkedChildOwner, type ForkedExit } from './fork-server/forked-child.js';
export { type ForkedContext, forkedContext } from './fork-server/forked-context.js';
export type { ForkedStdio, ForkRequestOptions, ForkServerOptions } from './fork-server/options.js';
export { type FutexResult, futexWait, futexWaitAsync, futexWake } from './futex/futex.js';
export {
  NATIVE_ERROR_CODES,
  NativeError,
  type NativeErrorCode,
  type NativeErrorOptions,
} from './native-error.js';
export { createRing, RingReader, RingWriter } from './ring/ring.js';
export { sweepSharedMemory } from './shared-memory/files.js';
export { endLeases, SharedMemory, type SharedMemoryOptions } from './shared-memory/shared-memory.js';
export { SyncArena, type SyncHandle } from './sync/arena.js';
export { Barrier } from './sync/barrier.js';
export { Condition } from './sync/condition.js';
export { Event } from './sync/event.js';
export { Hold, Lock } from './sync/lock.js';
export { type FlowToken, RLock } from './sync/rlock.js';
export { BoundedSemaphore, Semaphore } from './sync/semaphore.js';
export type { WaitOptions } from './sync/waiting.js';
export {
  closeDescriptor,
  createEventDescriptor,
  createPipe,
  createSocketPair,
  duplicateDescriptor,
  duplicateDescriptorTo,
  POLL_EVENTS,
  type PollEntry,
  poll,
  readDescriptor,
  setCloseOnExec,
  setNonBlocking,
  writeDescriptor,
} from './system/descriptors.js';
export { claimDescriptor, type DescriptorTicket, offerDescriptor, withdrawDescriptor } from './system/exchange.js';
export { type ReceivedMessage, receiveMessage, sendMessage } from './system/messages.js';
export {
  createSession,
  type EndedProcess,
  type ExitStatus,
  exitNow,
  getAffinity,
  getProcessGroup,
  getProcessIds,
  getStartTime,
  killPidfd,
  openPidfd,
  setAffinity,
  setDeathSignal,
  setProcessGroup,
  waitPidfd,
  waitProcess,
  watchPidfd,
} from './system/process.js';
export { WATCH_EVENTS, Watcher } from './system/watcher.js';
