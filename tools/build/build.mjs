// Builds every package: declarations by tsc, the files that ship by esbuild, the addon where a compiler is.
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
}
