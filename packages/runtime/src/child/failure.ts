import { CellWriter } from '../channel/cells.js';
import { writeError } from '../channel/error-transfer.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import type { Marshal } from '../channel/marshal.js';
import { FRAME } from '../protocol/frames.js';

/** Tells the pool that this worker cannot begin, and ends it. */
export function reportFailure(channel: FrameChannel, marshal: Marshal | undefined, error: unknown): void {
  if (marshal === undefined) throw error;
  sendError(channel, FRAME.failed, marshal, error);
  channel.written().then(() => process.exit(1));
}

/** Tells the pool of an error that belongs to no task, and ends the worker. */
export function reportStray(channel: FrameChannel, marshal: Marshal, error: unknown): never {
  sendError(channel, FRAME.stray, marshal, error);
  channel.flush();
  // As in any process of Node: after an error that nobody caught, its state is unknown.
  process.exit(1);
}

function sendError(channel: FrameChannel, kind: number, marshal: Marshal, error: unknown): void {
  const cells = new CellWriter();
  writeError(cells, error, marshal);
  const { body, buffers } = cells.take();
  channel.send(kind, body, buffers);
}
