// One sample of the suite `serialize/values`.
import { peakMB, resetPeak, residentMB } from '../../harness/memory.js';
import type { SampleRunner } from '../../harness/model.js';
import { NoNumber, orCannot, outcomeOf } from '../../harness/refusal.js';
import { onceMs, timeUs } from '../../harness/timing.js';
import type { ValueCodec } from '../../peers/values/value-peer.js';
import { isSame, type PayloadName, payloads } from './payloads.js';
import { valuePeers } from './suite.js';

export const runValueSample: SampleRunner = (caseId, peerId, { timeMs }) =>
  outcomeOf(async () => {
    const name = caseId as PayloadName;
    const value = payloads[name].make();
    const peer = valuePeers.find(({ id }) => id === peerId)!;
    const [codec, importMs] = await onceMs(() => peer.load());
    const { encode, decode, bytes } = codec;

    resetPeak();
    const before = residentMB();
    const [encoded, firstEncode] = await onceMs(() => orCannot('encode', () => encode(value)));
    const [copy, firstDecode] = await onceMs(() => orCannot('decode', () => (decode ? decode(encoded) : encoded)));
    const peak = Math.max(0, peakMB() - before);
    if (!isSame(name, copy, value)) throw new NoNumber('wrong', 'The copy differs from the original.');

    const results: Record<string, number> = { import: importMs, firstEncode, peak };
    results['encode'] = await timeUs(() => encode(value), timeMs);
    if (decode !== undefined) {
      results['firstDecode'] = firstDecode;
      // What a session has said is decoded once and in order.
      results['decode'] = codec.session
        ? await timeSession(await peer.load(), value, timeMs)
        : await timeUs(() => decode(encoded), timeMs);
    }
    if (bytes !== undefined) results['bytes'] = bytes(codec.session ? encode(value) : encoded);
    return results;
  });

/** Decodes message after message of a session of its own, in order and each once. */
function timeSession(session: ValueCodec, value: unknown, timeMs: number): Promise<number> {
  return timeUs(
    (message) => session.decode!(message),
    timeMs,
    () => copyOf(session.encode(value)),
  );
}

/** A session lends what it encodes, until the next message. */
function copyOf(message: unknown): unknown {
  if (message instanceof Uint8Array) return message.slice();
  const { body, ...rest } = message as { body: Uint8Array };
  return { ...rest, body: body.slice() };
}
