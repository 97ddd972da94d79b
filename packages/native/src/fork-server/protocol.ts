// What a client and its fork server say to each other, one packet each. The native loop (addon/server.c) speaks the
// same heads; bodies are JSON and belong to the TypeScript on both ends.
import { fstatSync, readSync } from 'node:fs';
import { closeDescriptor } from '../system/descriptors.js';

/** The kinds of packet. 1 to 4 are known to the native loop too. */
export const PACKETS = {
  /** Client: fork. Value: the death signal. Body: a {@link ForkRequest}. */
  fork: 1,
  /** Server: forked. Value: the pid. A pidfd comes along. */
  forked: 2,
  /** Server: could not fork. Value: the errno. */
  failed: 3,
  /** Server: a child ended. Value: the pid. Status: as of wait(2). */
  exited: 4,
  /** Client, first: what to load. Body: a {@link StartRequest}. */
  start: 5,
  /** Server: loaded everything, and forks from now on. */
  ready: 6,
  /** Server: will not serve. Body: a {@link Refusal}. */
  refused: 7,
} as const;

/** The descriptor at which a server finds its end of the control pair. */
export const CONTROL_DESCRIPTOR = 3;
/** The bytes of a head: four 32-bit numbers, little-endian. */
export const HEAD_BYTES = 16;
/** The longest packet. A longer body travels in a descriptor. */
export const MAX_PACKET_BYTES: number = 64 * 1024;

/** What begins every packet. */
export interface PacketHead {
  readonly kind: number;
  readonly id: number;
  readonly value: number;
  readonly status: number;
}

/** What a server is to load before it serves. */
export interface StartRequest {
  readonly preload: readonly string[];
  /** The client's process id, where the server is to end with the thread that started it. */
  readonly parent: number | undefined;
  readonly settleMs: number;
}

/** Why a server will not serve. */
export interface Refusal {
  readonly message: string;
}

/** What a child is to be. */
export interface ForkRequest {
  readonly entry: string;
  /** The export of the entry that is called, where it is not enough to load it. */
  readonly call: string | undefined;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly title: string | undefined;
  /** Names and values in turn. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly umask: number;
  /** Whether the descriptor after the standard files is the child's end of a channel. */
  readonly channel: boolean;
}

// The first byte of a body.
const INLINE = 0;
const IN_DESCRIPTOR = 1;

/** Writes a packet. A body that is too long for one is `undefined`, and goes by {@link encodeDetached}. */
export function encodePacket(
  head: Partial<PacketHead> & { readonly kind: number },
  body?: unknown,
): Buffer | undefined {
  const text = body === undefined ? '' : JSON.stringify(body);
  const size = HEAD_BYTES + 1 + Buffer.byteLength(text);
  if (size > MAX_PACKET_BYTES) return undefined;
  const bytes = Buffer.allocUnsafe(size);
  writeHead(bytes, head);
  bytes[HEAD_BYTES] = INLINE;
  bytes.write(text, HEAD_BYTES + 1);
  return bytes;
}

/** Writes a packet whose body is in its first descriptor. */
export function encodeDetached(head: Partial<PacketHead> & { readonly kind: number }): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + 1, IN_DESCRIPTOR);
  writeHead(bytes, head);
  return bytes;
}

/** Reads what begins a packet. */
export function decodeHead(bytes: Buffer): PacketHead {
  return {
    kind: bytes.readUInt32LE(0),
    id: bytes.readUInt32LE(4),
    value: bytes.readInt32LE(8),
    status: bytes.readInt32LE(12),
  };
}

/** Whether a body is in a descriptor. */
export function isDetached(body: Buffer): boolean {
  return body[0] === IN_DESCRIPTOR;
}

/** Reads a body, and takes the descriptor that it may be in off the list. */
export function decodeBody<T>(body: Buffer, descriptors: number[]): T {
  if (!isDetached(body)) return JSON.parse(body.toString('utf8', 1)) as T;
  const fd = descriptors.shift() as number;
  const text = Buffer.alloc(fstatSync(fd).size);
  for (let read = 0; read < text.length; ) read += readSync(fd, text, read, text.length - read, read);
  closeDescriptor(fd);
  return JSON.parse(text.toString('utf8')) as T;
}

function writeHead(
  bytes: Buffer,
  { kind, id = 0, value = 0, status = 0 }: Partial<PacketHead> & { kind: number },
): void {
  bytes.writeUInt32LE(kind, 0);
  bytes.writeUInt32LE(id, 4);
  bytes.writeInt32LE(value, 8);
  bytes.writeInt32LE(status, 12);
}
