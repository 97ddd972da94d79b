// The benchmarks: sets up what they need, then runs them.
import { build } from './build/build.mjs';
import { nodeExecutable } from './node-matrix/node-matrix.mjs';

export async function bench(args) {
  await build();
  const { main } = await import('../benchmarks/dist/main.js');
  process.exitCode = await main(await withExecutable(args));
}

/** `--node 26` names a version here, and an executable from here on. */
async function withExecutable(args) {
  const at = args.indexOf('--node');
  if (at < 0) return args;
  return args.with(at + 1, await nodeExecutable(args[at + 1]));
}
