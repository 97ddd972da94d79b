import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Bytes from one version of Node to another.

const program = fileURLToPath(new URL('../../test/fixtures/programs/exchange.mjs', import.meta.url));

/** One executable of each major version: this one, and those that the test command installed. */
export function installed(): Map<string, string> {
  const found = new Map([[majorOf(process.version), process.execPath]]);
  const cache = fileURLToPath(new URL('../../../../.cache/node/', import.meta.url));
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

/** Which random graphs are exchanged besides the known values. */
export interface Exchange {
  readonly seed: number;
  readonly graphs: number;
}

/** The bytes that a version writes. */
export function write(executable: string, exchange: Exchange): Promise<string> {
  return run(executable, 'write', exchange, '');
}

/** What a version finds wrong with bytes that several versions wrote. */
export async function read(executable: string, exchange: Exchange, written: readonly string[]): Promise<string[]> {
  return JSON.parse(await run(executable, 'read', exchange, written.join(''))) as string[];
}

async function run(executable: string, act: string, { seed, graphs }: Exchange, input: string): Promise<string> {
  const args = ['--no-warnings', program, act, String(seed), String(graphs)];
  const child = spawn(executable, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${executable} ${act} ended with ${String(code)}.`);
  return output;
}
