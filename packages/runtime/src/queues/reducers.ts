import type { Reducer } from '@mp/codec';
import type { Marshal } from '../channel/marshal.js';
import { BaseJoinableQueue, BaseQueue, BaseSimpleQueue, connectQueue, describeQueue, type QueueData } from './queue.js';

/** What a queue is reduced to. */
interface KindOfQueue extends QueueData {
  readonly kind: 'queue' | 'joinable' | 'simple';
}

/** Lets queues travel: the queue stays where it is, and the other process becomes one of its users. */
export function queueReducer(marshal: () => Marshal): Reducer<BaseQueue, KindOfQueue> {
  class Queue extends BaseQueue {
    static override origin: () => Marshal = marshal;
  }
  class JoinableQueue extends BaseJoinableQueue {
    static override origin: () => Marshal = marshal;
  }
  class SimpleQueue extends BaseSimpleQueue {
    static override origin: () => Marshal = marshal;
  }
  const classes = { queue: Queue, joinable: JoinableQueue, simple: SimpleQueue } as const;
  return {
    tag: 'mp.Queue',
    test: (value): value is BaseQueue => value instanceof BaseQueue,
    reduce: (queue) => ({
      ...describeQueue(queue),
      kind: queue instanceof BaseJoinableQueue ? 'joinable' : queue instanceof BaseSimpleQueue ? 'simple' : 'queue',
    }),
    revive: ({ kind, ...data }) => connectQueue(classes[kind] as new (maxSize?: number) => BaseQueue, data),
  };
}
