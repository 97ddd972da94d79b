import type { QueueItem } from './queue-server.js';

/** What a client asks of a queue. The first number of a request; a number that names the request follows. */
export const QUEUE_REQUEST = {
  /** The item is the rest of the request. */
  put: 0,
  get: 1,
  /** The request with this number is not wanted any more. */
  withdraw: 2,
  size: 3,
  taskDone: 4,
  join: 5,
  /** The item that answered the request with this number arrived. */
  received: 6,
  /** The item is the rest of the request; there is no answer. Only for queues without a limit. */
  add: 7,
} as const;

/** How a request was answered. The number of the request comes first. */
export const QUEUE_REPLY = {
  done: 0,
  /** The item is the rest of the reply. */
  item: 1,
  /** A number follows. */
  size: 2,
  /** More tasks were reported as done than were put. */
  tooMany: 3,
  /** The request was withdrawn before it could be granted. */
  withdrawn: 4,
} as const;

/** Bytes of the two numbers in front of a request or a reply. */
export const QUEUE_HEADER_BYTES = 8;

/** Lays out a request or a reply. The memory is new. */
export function queueFrame(first: number, second: number, item: QueueItem | undefined): Uint8Array {
  const frame = Buffer.allocUnsafe(QUEUE_HEADER_BYTES + (item === undefined ? 0 : item.body.length));
  frame.writeUInt32LE(first, 0);
  frame.writeUInt32LE(second, 4);
  if (item !== undefined) frame.set(item.body, QUEUE_HEADER_BYTES);
  return frame;
}
