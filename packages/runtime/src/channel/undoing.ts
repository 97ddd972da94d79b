/** What reducers have done in this turn, in order, and how each is taken back. */
const done: (() => void)[] = [];

/**
 * Notes how a reducer takes back what it did outside of the payload (a descriptor that it opened), for the case that a later
 * part of the value cannot travel. It holds until the end of this turn.
 */
export function noteUndo(undo: () => void): void {
  if (done.length === 0)
    queueMicrotask(() => {
      done.length = 0;
    });
  done.push(undo);
}

/**
 * Runs a step that encodes, and takes back what reducers did where it fails: who cannot send a value has lost nothing.
 *
 * @returns What `encode` returned.
 */
export function encodeOrUndo<T>(encode: () => T): T {
  const before = done.length;
  try {
    return encode();
  } catch (error) {
    for (const undo of done.splice(before).reverse()) undo();
    throw error;
  }
}
