import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME, type Hello, PROTOCOL_VERSION } from '../protocol/frames.js';
import type { Message } from './inbox.js';

/** What this end of a connection says first. @param codec - The id of its codec. */
export function helloOf(codec: string): Uint8Array {
  const hello: Hello = { version: PROTOCOL_VERSION, codec };
  return Buffer.from(JSON.stringify(hello));
}

/** Why the two ends cannot understand each other; undefined where they can. @param codec - The id of this end's codec. */
export function helloProblem(message: Message, codec: string): Error | undefined {
  if (message.kind !== FRAME.hello)
    return new ProcessError(
      PROCESS_ERROR_CODES.protocol,
      `The other end began with frame ${message.kind}, not a hello.`,
    );
  const hello = JSON.parse(Buffer.from(message.body).toString()) as Hello;
  if (hello.version === PROTOCOL_VERSION && hello.codec === codec) return undefined;
  return new ProcessError(
    PROCESS_ERROR_CODES.codec,
    `The other end speaks protocol ${hello.version} with codec ${hello.codec}, this end ${PROTOCOL_VERSION} with ${codec}. ` +
      'Use the same version and the same codec in both processes.',
  );
}
