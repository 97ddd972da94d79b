import { conformanceCases } from '@mp/codec/conformance';
import { structuredCloneCodec } from '@mp/codec/structured-clone';

describe('the structured-clone codec keeps the contract', () => {
  test.each(conformanceCases(structuredCloneCodec).map((entry) => [entry.rule, entry] as const))('%s', (_, { run }) =>
    run(),
  );
});
