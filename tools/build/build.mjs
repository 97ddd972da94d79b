// Builds every package: declarations by tsc, the files that ship by esbuild, the addon where a compiler is.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root, runTool } from '../workspace.mjs';
import { bundle } from './bundle.mjs';
import { writeTwinDeclarations } from './declarations.mjs';
import { buildNative } from './native.mjs';
import { removeStaleOutput } from './stale.mjs';

export async function build() {
  await removeStaleOutput();
  const { code } = await runTool('typescript', ['-b', root], { command: 'tsc' });
  if (code !== 0) {
    process.exitCode = 1;
    throw new Error('The TypeScript build failed; see the errors above.');
  }
  await Promise.all([bundle(), writeTwinDeclarations()]);
  await buildNative();
  warmCodeCache();
}

/** Whatever is wrong, the tests say it better. */
function warmCodeCache() {
  const program = fileURLToPath(new URL('code-cache/warm.mjs', import.meta.url));
  spawnSync(process.execPath, [program], { stdio: 'ignore', timeout: 60_000 });
}
