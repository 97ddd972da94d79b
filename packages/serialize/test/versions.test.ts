import { installed, read, write } from './support/exchange.js';

// Bytes that one Node version writes are read by every other: over this one, and those that the test command installed.
// `fuzz/exchange.mjs` does the same at length.

/** Eight processes on a busy machine. */
const PATIENCE_MS = 50_000;

const exchange = { seed: 7, graphs: 150 };

describe('what all versions write is read by', () => {
  const versions = [...installed()];
  let written: readonly string[];

  beforeAll(async () => {
    written = await Promise.all(versions.map(([, executable]) => write(executable, exchange)));
  }, PATIENCE_MS);

  test.each(versions)(
    '%s',
    async (_, reader) => expect(await read(reader, exchange, written)).toEqual([]),
    PATIENCE_MS,
  );
});
