// One sample of the suite `serialize/scaling`.
import type { SampleRunner } from '../../harness/model.js';
import { NoNumber, orCannot, outcomeOf } from '../../harness/refusal.js';
import { timeUs } from '../../harness/timing.js';
import { classCodecs } from '../../peers/values/classes.js';
import type { ValueCodec } from '../../peers/values/value-peer.js';
import { valuePeers } from '../values/suite.js';
import { makeClasses, makeInstances, makeLists, makeShapes, sameInstances, sameLists, sameShapes } from './payloads.js';

type Numbers = Record<string, number>;

const INSTANCES = 10_000;
const SHAPES = 20_000;
/** How many nodes there are in the shallow case; the deep one has as many as it is deep. */
const NODES = 200_000;

export const runScalingSample: SampleRunner = (caseId, peerId, { size, timeMs }) =>
  outcomeOf(async () => {
    const [kind, amount = ''] = caseId.split('-');
    if (kind === 'classes') {
      const classes = makeClasses(Number(amount));
      const values = makeInstances(classes, INSTANCES);
      return perItem(await classCodecs[peerId]!(classes), values, sameInstances, INSTANCES, timeMs);
    }
    const codec = await valuePeers.find(({ id }) => id === peerId)!.load();
    if (kind === 'shapes') return perItem(codec, makeShapes(SHAPES), sameShapes, SHAPES, timeMs);
    if (kind === 'arena') return arena(codec);
    const depth = size === 'small' ? Math.min(Number(amount), 20_000) : Number(amount);
    const nodes = Math.max(depth, size === 'small' ? 20_000 : NODES);
    return perItem(codec, makeLists(nodes, depth), sameLists, nodes, timeMs);
  });

async function perItem<T>(
  { bytes, decode, encode }: ValueCodec,
  value: T,
  same: (copy: unknown, original: T) => boolean,
  items: number,
  timeMs: number,
): Promise<Numbers> {
  const encoded = await orCannot('encode', () => encode(value));
  const copy = await orCannot('decode', () => decode!(encoded));
  if (!same(copy, value)) throw new NoNumber('wrong', 'The copy differs from the original.');
  return {
    encode: (await timeUs(() => encode(value), timeMs)) / items,
    decode: (await timeUs(() => decode!(encoded), timeMs)) / items,
    bytes: bytes!(encoded) / items,
  };
}

/** A large message, and then a small one that is kept: how much memory does it keep with it? */
function arena({ encode }: ValueCodec): Numbers {
  encode('x'.repeat(16_000_000));
  const kept = encode({ a: 1 });
  if (!(kept instanceof Uint8Array)) throw new NoNumber('cannot', 'encode: nothing that is kept as bytes.');
  return { kept: kept.buffer.byteLength };
}
