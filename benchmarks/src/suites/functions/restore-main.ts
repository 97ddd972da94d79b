// The program of the process that restores: it has never seen the functions' file.
// `node restore-main.js <request file> <result file>`
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { NoNumber, orCannot, outcomeOf } from '../../harness/refusal.js';
import { onceMs, timeUs } from '../../harness/timing.js';
import { functionPeers } from './suite.js';

export interface RestoreRequest {
  readonly caseId: string;
  readonly peerId: string;
  readonly timeMs: number;
  /** How many functions a chain has, where it is one. */
  readonly chain?: number;
  /** What was serialized, in base64. */
  readonly bytes: string;
  /** Functions with other texts, each in base64. */
  readonly variants: readonly string[];
}

const { behaves, lengthOfChain } = createRequire(import.meta.url)('../../../fixtures/check.cjs') as {
  behaves(name: string, restored: unknown): boolean;
  lengthOfChain(restored: unknown): number | undefined;
};

const [inputFile, resultFile] = process.argv.slice(2);
const {
  caseId,
  peerId,
  timeMs,
  chain,
  bytes: base64,
  variants,
} = JSON.parse(readFileSync(inputFile!, 'utf8')) as RestoreRequest;
const bytes = Buffer.from(base64, 'base64');

const outcome = await outcomeOf(async () => {
  const { decode } = await functionPeers.find(({ id }) => id === peerId)!.load();
  const [restored, firstDecode] = await onceMs(() => orCannot('restore', () => decode(bytes)));
  if (chain !== undefined) {
    const found = lengthOfChain(restored);
    if (found !== chain)
      throw new NoNumber('wrong', `A chain of ${chain} functions came back with ${found ?? 'another end'}.`);
    return { decode: firstDecode };
  }
  if (!behaves(caseId, restored))
    throw new NoNumber('wrong', 'What was restored in another process does not behave as the original.');
  const results: Record<string, number> = { firstDecode };
  if (variants.length > 0) {
    const others = variants.map((text) => Buffer.from(text, 'base64'));
    const [, ms] = await onceMs(() => {
      for (const other of others) decode(other);
    });
    results['decodeNew'] = (ms * 1000) / others.length;
  }
  results['decode'] = await timeUs(() => decode(bytes), timeMs);
  return results;
});
writeFileSync(resultFile!, JSON.stringify(outcome));
process.exit(0);
