import { conformanceCases } from '@mp/codec/conformance';
import { serializeCodec } from '@mp/serialize';

describe('mp.serialize/1 keeps the codec contract:', () => {
  for (const { rule, run } of conformanceCases(serializeCodec)) test(rule, run);
});
