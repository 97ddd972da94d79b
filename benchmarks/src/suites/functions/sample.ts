// One sample of the suite `serialize/functions`: this process serializes, a child restores and checks.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, SampleRunner } from '../../harness/model.js';
import { NoNumber, orCannot, outcomeOf } from '../../harness/refusal.js';
import { onceMs, timeUs } from '../../harness/timing.js';
import type { RestoreRequest } from './restore-main.js';
import { chainLength, functionPeers } from './suite.js';

const require = createRequire(import.meta.url);
const FIXTURE = fileURLToPath(new URL('../../../fixtures/functions.cjs', import.meta.url));
const RESTORE_MAIN = fileURLToPath(new URL('./restore-main.js', import.meta.url));

/** How many functions with different texts are restored. */
const VARIANTS = 50;

export const runFunctionSample: SampleRunner = (caseId, peerId, { size, timeMs }) =>
  outcomeOf(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-bench-functions-'));
    try {
      const [{ encode }, importMs] = await onceMs(() => functionPeers.find(({ id }) => id === peerId)!.load());
      if (caseId === 'chain-100k')
        return await chain(encode, { folder, caseId, peerId, timeMs, length: chainLength(size) });
      // Loaded after the library, which may want to see the file's source.
      const make = makerIn(FIXTURE, caseId);
      const [bytes, firstEncode] = await onceMs(() => orCannot('serialize', () => encode(make())));
      if (!(bytes instanceof Uint8Array)) throw new NoNumber('cannot', 'serialize: nothing that could be sent.');

      const restored = restore({
        folder,
        caseId,
        peerId,
        timeMs,
        bytes,
        variants: await variants(encode, caseId, folder),
      });
      if (restored.status !== 'ok') throw new NoNumber(restored.status, restored.detail);
      return {
        import: importMs,
        firstEncode,
        bytes: bytes.byteLength,
        ...restored.values,
        encode: await timeUs(encode, timeMs, make),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

/** As it is, once: warm figures would need minutes. */
async function chain(
  encode: (fn: unknown) => Uint8Array | Promise<Uint8Array>,
  { length, ...rest }: { folder: string; caseId: string; peerId: string; timeMs: number; length: number },
): Promise<Record<string, number>> {
  const last = (require(FIXTURE) as { chain(length: number): unknown }).chain(length);
  const [bytes, ms] = await onceMs(() => orCannot('serialize', () => encode(last)));
  const restored = restore({ ...rest, bytes, variants: [], chain: length });
  if (restored.status !== 'ok') throw new NoNumber(restored.status, restored.detail);
  return { ...restored.values, encode: ms, bytes: bytes.byteLength };
}

function makerIn(file: string, name: string): () => unknown {
  return (require(file) as Record<string, () => unknown>)[name]!;
}

/** Serializes functions whose texts differ in a comment alone, from files of their own, as livepack needs it. */
async function variants(
  encode: (fn: unknown) => Uint8Array | Promise<Uint8Array>,
  caseId: string,
  folder: string,
): Promise<Uint8Array[]> {
  // Only the simplest function: what is new is the text, and a large captured table would hide it.
  if (caseId !== 'pure') return [];
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < VARIANTS; i++) {
    const file = join(folder, `variant-${i}.cjs`);
    writeFileSync(file, `exports.pure = () => (a, b) => (a * b * ${i + 2}) / ${i + 2};\n`);
    encoded.push(await encode(makerIn(file, 'pure')()));
  }
  return encoded;
}

function restore(request: {
  folder: string;
  caseId: string;
  peerId: string;
  timeMs: number;
  bytes: Uint8Array;
  variants: readonly Uint8Array[];
  chain?: number;
}): Outcome {
  const { folder, bytes, variants: others, ...rest } = request;
  const inputFile = join(folder, 'request.json');
  const resultFile = join(folder, 'result.json');
  const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
  const input: RestoreRequest = { ...rest, bytes: base64(bytes), variants: others.map(base64) };
  writeFileSync(inputFile, JSON.stringify(input));
  const { status, signal } = spawnSync(process.execPath, [RESTORE_MAIN, inputFile, resultFile], { stdio: 'ignore' });
  if (status !== 0)
    return { status: 'failed', detail: `The restoring process ended with ${signal ?? `exit code ${status}`}.` };
  return JSON.parse(readFileSync(resultFile, 'utf8')) as Outcome;
}
