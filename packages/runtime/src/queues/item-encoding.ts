import { CellReader, CellWriter, EncodedCell } from '../channel/cells.js';
import { decodePayload, encodeWhenPrepared, Later, type Marshal } from '../channel/marshal.js';
import type { QueueItem } from './queue-server.js';

const NO_BUFFERS: readonly never[] = Object.freeze([]);
const cells = new CellWriter();

/**
 * Encodes an item as one cell: a scalar costs no call of the codec.
 *
 * @throws SerializeError where it cannot travel.
 */
export function encodeItem(marshal: Marshal, value: unknown): QueueItem | Later<QueueItem> {
  if (cells.scalar(value)) return { body: takeCopy(), buffers: NO_BUFFERS };
  const payload = encodeWhenPrepared(marshal, value, 'item');
  if (payload instanceof Later) return new Later(payload.promise.then(itemOf));
  return itemOf(payload);
}

/** Decodes an item, at once or after what must be loaded first. */
export function decodeItem(marshal: Marshal, { body, buffers }: QueueItem): unknown {
  const cell = new CellReader(body, buffers).cell();
  return cell instanceof EncodedCell ? decodePayload(marshal, cell) : cell;
}

function itemOf(payload: Parameters<CellWriter['payload']>[0]): QueueItem {
  cells.payload(payload);
  return { body: takeCopy(), buffers: payload.buffers };
}

/** From Buffer's pool: a million small items with an ArrayBuffer each would take many times their memory. */
function takeCopy(): Uint8Array {
  const { body } = cells.take();
  const copy = Buffer.allocUnsafe(body.length);
  copy.set(body);
  return copy;
}
