// Builds every package: ES modules and declarations by tsc, the CommonJS twin by esbuild, the addon where a compiler is.
import { root, runTool } from '../workspace.mjs';
import { writeCommonJs } from './commonjs.mjs';
import { buildNative } from './native.mjs';
import { removeStaleOutput } from './stale.mjs';

export async function build() {
  await removeStaleOutput();
  const { code } = await runTool('typescript', ['-b', root], { command: 'tsc' });
  if (code !== 0) {
    process.exitCode = 1;
    throw new Error('The TypeScript build failed; see the errors above.');
  }
  await writeCommonJs();
  await buildNative();
}
