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
    const decoded = this.codec.decode(payload, context);
    // The body is not to be kept after the call.
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
    return this.fail(`${what} must throw a SerializeError, and gave ${String(answer)}.`);
  }
}
