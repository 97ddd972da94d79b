// Builds the addon of @mp/native where the machine can, and says in one line where it cannot.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../workspace.mjs';

export async function buildNative() {
  const script = join(root, 'packages', 'native', 'build.mjs');
  if (!existsSync(script)) return;
  const { buildAddon } = await import(pathToFileURL(script).href);
  const problem = await buildAddon();
  if (problem !== undefined)
    console.log(`@mp/native is not built (${problem}); fork and forkserver are unavailable, everything else works.`);
}
