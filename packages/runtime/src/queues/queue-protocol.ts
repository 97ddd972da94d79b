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
