import type { Codec } from '../codec.js';
import type { CodecContext } from '../context.js';
import type { Payload } from '../payload.js';
import { SerializeError } from '../serialize-error.js';
import { ConformanceError } from './conformance-error.js';
import { difference } from './difference.js';

/**
 * What a rule works with: the codec, and how to say that the rule is broken.
 *
 * The way from encoder to decoder is played honestly: {@link transmit} copies at once, as a channel does, so that
 * neither side can lean on the memory of the other.
 */
export class Bench {
  readonly codec: Codec;
  readonly rule: string;

  constructor(codec: Codec, rule: string) {
    this.codec = codec;
    this.rule = rule;
  }

  /** A copy of the payload, as it would arrive in another process. */
  transmit({ body, buffers, attachments }: Payload): Payload {
    return {
      body: body.slice(),
      buffers: buffers.map((buffer) => new Uint8Array(buffer)),
      attachments: [...attachments],
    };
  }

  /** Encodes, transmits and decodes a one-shot payload. */
  async roundTrip(value: unknown, context?: CodecContext): Promise<unknown> {
    await this.codec.prepareEncode(value, context);
    const payload = this.transmit(this.codec.encode(value, context));
    await this.codec.prepareDecode(payload, context);
    return this.receive(payload, (arrived) => this.codec.decode(arrived, context));
  }

  /** Decodes a payload, and holds the decoder to what it may do with the body: read it, and not keep it. */
  receive(payload: Payload, decode: (payload: Payload) => unknown): unknown {
    const before = payload.body.slice();
    const decoded = decode(payload);
    if (isThenable(decoded))
      this.fail('decode must be synchronous, and gave a thenable. What takes time belongs into prepare.');
    if (before.some((byte, index) => byte !== payload.body[index])) this.fail('decode must not write into the body.');
    payload.body.fill(0xff);
    return decoded;
  }

  /** Fails the rule. */
  fail(problem: string, cause?: unknown): never {
    throw new ConformanceError(this.rule, problem, cause);
  }

  /** Fails the rule unless both values are equal in every way that a program could tell. */
  same(actual: unknown, expected: unknown, what: string): void {
    const found = difference(actual, expected);
    if (found !== undefined) this.fail(`${what}: ${found}.`);
  }

  /** Fails the rule unless the condition holds. */
  holds(condition: boolean, problem: string): void {
    if (!condition) this.fail(problem);
  }

  /** Fails the rule unless `action` throws a `SerializeError`, which is returned. */
  refuses(action: () => unknown, what: string): SerializeError {
    let answer: unknown;
    try {
      answer = action();
    } catch (error) {
      if (error instanceof SerializeError) return error;
      this.fail(`${what} must throw a SerializeError, and threw ${String(error)}.`, error);
    }
    // A codec that is asynchronous by mistake rejects later: that must not end the process.
    if (isThenable(answer)) answer.then(undefined, () => {});
    return this.fail(`${what} must throw a SerializeError, and gave ${show(answer)}.`);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function show(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value that cannot be shown';
  }
}
