// Ends of pipes that go to a new process as descriptors, together with its channel to its parent: it need not connect back
// for them, nor prove who it is.
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { requireNative } from '../native/native.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FrameChannel } from './frame-channel.js';
import { SocketTransport } from './socket-transport.js';

/** So many go along; the others are connected to. A request to a fork server takes no more than 16 descriptors in all. */
const MAX_ENDS = 8;

/** An end for the process whose work is being encoded. */
interface Gift {
  readonly ours: number;
  readonly theirs: number;
  readonly accept: (remote: FrameChannel) => void;
}

let collected: Gift[] | undefined;

/** In a new process: the descriptors that it was given and has not taken, by their index. */
let given: (number | undefined)[] = [];

/** Which of its descriptors a new process has an end by, and of which socket: it may have been told in work of another's. */
export interface GivenEnd {
  readonly index: number;
  readonly inode: number;
}

/** Work for a new process, and the descriptors that go with it. */
export interface WithEnds<T> {
  readonly result: T;
  /** The caller's to close. */
  readonly descriptors: readonly number[];
}

/** Encodes the work of a new process. @param isPossible - Whether it can still be given descriptors. */
export function collectEnds<T>(encode: () => T, isPossible: boolean): WithEnds<T> {
  const outer = collected;
  const gifts: Gift[] = [];
  collected = isPossible ? gifts : undefined;
  try {
    const result = encode();
    // Not before: until then the ends can be taken back.
    for (const { ours, accept } of gifts) accept(open(ours));
    return { result, descriptors: gifts.map(({ theirs }) => theirs) };
  } catch (error) {
    closeEnds(gifts.flatMap(({ ours, theirs }) => [ours, theirs]));
    throw error;
  } finally {
    collected = outer;
  }
}

/** Closes what no process will have: whoever is at the other ends hears of it. */
export function closeEnds(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) requireNative().closeDescriptor(descriptor);
}

/**
 * Gives an end to the process whose work is being encoded.
 *
 * @param accept - Called with the channel to the end, once all is encoded.
 * @returns What {@link takeEnd} finds it by, there; `undefined` where it must be connected to.
 */
export function giveEnd(accept: (remote: FrameChannel) => void): GivenEnd | undefined {
  if (collected === undefined || collected.length === MAX_ENDS) return undefined;
  const [ours, theirs] = requireNative().createSocketPair();
  const index = collected.push({ ours, theirs, accept }) - 1;
  return { index, inode: fstatSync(theirs).ino };
}

/** Takes note of the descriptors that this process was given. */
export function receiveEnds(descriptors: readonly number[]): void {
  given = [...descriptors];
}

/** Opens an end that this process was given. */
export function takeEnd({ index, inode }: GivenEnd): FrameChannel {
  const descriptor = given[index];
  if (descriptor === undefined || fstatSync(descriptor).ino !== inode)
    throw new ProcessError(
      PROCESS_ERROR_CODES.moved,
      'This end of a connection was given to a process that was being started, and only that process can take it, once.',
    );
  given[index] = undefined;
  return open(descriptor);
}

function open(fd: number): FrameChannel {
  return new FrameChannel(new SocketTransport(new Socket({ fd, readable: true, writable: true })));
}
