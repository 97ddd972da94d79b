import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Bytes that one Node version writes are read by every other: over this one, and those that the test command installed.

const program = fileURLToPath(new URL('../test/fixtures/programs/exchange.mjs', import.meta.url));

/** One executable of each major version. */
function installed(): Map<string, string> {
  const found = new Map([[majorOf(process.version), process.execPath]]);
  const cache = fileURLToPath(new URL('../../../.cache/node/', import.meta.url));
  if (!existsSync(cache)) return found;
  for (const version of readdirSync(cache)) {
    const modules = join(cache, version, 'node_modules');
    for (const name of existsSync(modules) ? readdirSync(modules) : []) {
      const executable = join(modules, name, 'bin', 'node');
      if (existsSync(executable) && !found.has(majorOf(version))) found.set(majorOf(version), executable);
    }
  }
  return found;
}

function majorOf(version: string): string {
  return `Node ${Number.parseInt(version.replace('v', ''), 10)}`;
}

/** Eight processes on a busy machine. */
const PATIENCE_MS = 50_000;

async function run(executable: string, what: 'write' | 'read', input = ''): Promise<string> {
  const child = spawn(executable, ['--no-warnings', program, what], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${executable} ${what} ended with ${String(code)}.`);
  return output;
}

describe('what all versions write is read by', () => {
  const versions = [...installed()];
  let written: readonly string[];

  beforeAll(async () => {
    written = await Promise.all(versions.map(([, executable]) => run(executable, 'write')));
  }, PATIENCE_MS);

  test.each(versions)(
    '%s',
    async (_, reader) => expect(JSON.parse(await run(reader, 'read', written.join('')))).toEqual([]),
    PATIENCE_MS,
  );
});
