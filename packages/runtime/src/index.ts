export type { Address, AddressFamily } from './channel/address.js';
export type { Connection } from './channel/connection.js';
export { functionOf, importShared } from './channel/exported.js';
export type { BaseListener, ClientOptions, ListenerOptions } from './channel/listener.js';
export type { PipeOptions } from './channel/pipe.js';
export { type Readiness, type Waitable, wait } from './channel/readiness.js';
export { type CurrentTask, currentTask } from './child/current-task.js';
export { Context, type ContextOptions } from './context/context.js';
export {
  Client,
  getAllStartMethods,
  getContext,
  getStartMethod,
  JoinableQueue,
  Listener,
  Pipe,
  Pool,
  Process,
  Queue,
  SimpleQueue,
  setExecutable,
  setStartMethod,
  ThreadPool,
} from './context/default.js';
export { freezeSupport } from './entry/frozen.js';
export { setForkserverPreload } from './launch/fork-servers.js';
export type { LaunchOptions, StartMethod } from './launch/launcher.js';
export { cpuCount } from './platform/cpus.js';
export {
  getLogger,
  LOG_LEVELS,
  type Logger,
  type LogHandler,
  type LogLevel,
  type LogRecord,
  logToStderr,
} from './platform/logger.js';
export { AsyncResult } from './pool/async-result.js';
export type { LatencySummary } from './pool/histogram.js';
export type { CallbackOptions, ImapOptions, MapOptions, PoolOptions, TaskOptions } from './pool/options.js';
export type { BasePool, PoolStats } from './pool/pool.js';
export type { ResultStream } from './pool/result-stream.js';
export { setWorkerBudget } from './pool/worker-budget.js';
export type { WorkerOutput } from './pool/worker-output.js';
export type { ActiveChild } from './process/children.js';
export {
  activeChildren,
  type CurrentProcess,
  currentProcess,
  type ParentProcess,
  parentProcess,
} from './process/current.js';
export type { BaseProcess, ProcessOptions, Sentinel } from './process/process.js';
export {
  AuthenticationError,
  BufferTooShort,
  EOFError,
  PROCESS_ERROR_CODES,
  ProcessError,
  type ProcessErrorCode,
  QueueEmpty,
  QueueFull,
  TimeoutError,
  type WorkerDeath,
  WorkerDiedError,
} from './protocol/errors.js';
export type { BaseJoinableQueue, BaseQueue, BaseSimpleQueue, JoinOptions } from './queues/queue.js';
export type { WaitOptions } from './queues/waits.js';
export type { ElementOf, ElementType, TypeCode } from './shared/element-types.js';
export { RawArray, RawValue } from './shared/raw.js';
export type { ShareableItem } from './shared/shareable-item.js';
export { ShareableList, type ShareableListOptions } from './shared/shareable-list.js';
export { SharedMemory, type SharedMemoryOptions } from './shared/shared-memory.js';
export {
  SharedArray,
  SharedArray as Array,
  type SharedOptions,
  Value,
  Value as SharedValue,
} from './shared/synchronized.js';
export type { BarrierState, SyncWaitOptions } from './sync/backend.js';
export { Barrier } from './sync/barrier.js';
export { Condition } from './sync/condition.js';
export { Event } from './sync/event.js';
export { Hold, Lock } from './sync/lock.js';
export { RLock, type RLockOptions } from './sync/rlock.js';
export { BoundedSemaphore, Semaphore } from './sync/semaphore.js';
