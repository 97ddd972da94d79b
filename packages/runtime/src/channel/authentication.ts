import { crypto } from '../platform/crypto.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import { AuthenticationError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import type { FrameChannel } from './frame-channel.js';
import { FAMILY_LIMITS, STRANGER_LIMITS } from './frame-reader.js';

const NONCE_BYTES = 32;
/** Says what is spoken, so that no answer can be replayed against another version. There is nothing older to fall back to. */
const SCHEME = 'mp-auth-1:hmac-sha256';
/** A stranger that connects and says nothing would hold a descriptor for ever. */
const PATIENCE_MS = 10_000;

/**
 * Mutual authentication by a shared key: each end proves that it knows the key without showing it.
 *
 * The accepting end sends a nonce; the connecting end answers with the proof and a nonce of its own; the accepting end
 * proves in turn. Both proofs cover both nonces and the role, so that neither can be reflected or replayed.
 *
 * @param key - Shared by both ends. An empty key is a key.
 * @param done - Called once: with nothing when the other end has proved itself, otherwise with the error. Whoever is
 *   called must let the channel go on ({@link FrameChannel.release}) or hold it for the next step.
 */
export function authenticate(
  channel: FrameChannel,
  key: Uint8Array,
  role: 'accept' | 'connect',
  done: (error: AuthenticationError | undefined) => void,
): void {
  channel.setLimits(STRANGER_LIMITS);
  const own = crypto().randomBytes(NONCE_BYTES);
  let theirs: Uint8Array = own;
  let isOver = false;
  const timer = startTimer(() => fail('did not answer in time'), PATIENCE_MS);
  channel.hold({ onFrame, onEnd: (error) => fail('closed the connection', error) });
  if (role === 'accept') channel.sendNow(FRAME.challenge, own);

  function onFrame(kind: number, body: Uint8Array): void {
    if (role === 'accept') answerResponse(kind, body);
    else if (theirs === own) answerChallenge(kind, body);
    else checkWelcome(kind, body);
  }

  function answerChallenge(kind: number, body: Uint8Array): void {
    if (kind !== FRAME.challenge || body.length !== NONCE_BYTES) return fail('sent no challenge');
    theirs = Buffer.from(body);
    channel.sendNow(FRAME.response, Buffer.concat([own, proof(key, 'connect', theirs, own)]));
  }

  function answerResponse(kind: number, body: Uint8Array): void {
    if (kind !== FRAME.response || body.length <= NONCE_BYTES) return fail('sent no answer to the challenge');
    theirs = body.subarray(0, NONCE_BYTES);
    if (!isEqual(body.subarray(NONCE_BYTES), proof(key, 'connect', own, theirs))) return fail('does not know the key');
    channel.sendNow(FRAME.welcome, proof(key, 'accept', own, theirs));
    succeed();
  }

  function checkWelcome(kind: number, body: Uint8Array): void {
    if (kind !== FRAME.welcome || !isEqual(body, proof(key, 'accept', theirs, own)))
      return fail('does not know the key');
    succeed();
  }

  function succeed(): void {
    isOver = true;
    stopTimer(timer);
    channel.setLimits(FAMILY_LIMITS);
    done(undefined);
  }

  function fail(what: string, cause?: Error): void {
    if (isOver) return;
    isOver = true;
    stopTimer(timer);
    channel.destroy();
    done(
      new AuthenticationError(
        `The other end of the connection ${what}. Both ends need the same authentication key.`,
        cause === undefined ? undefined : { cause },
      ),
    );
  }
}

function proof(key: Uint8Array, role: string, acceptNonce: Uint8Array, connectNonce: Uint8Array): Buffer {
  return crypto()
    .createHmac('sha256', key)
    .update(`${SCHEME}:${role}:`)
    .update(acceptNonce)
    .update(connectNonce)
    .digest();
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && crypto().timingSafeEqual(a, b);
}
