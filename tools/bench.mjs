// The benchmarks: sets up what they need, then runs them.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from './build/build.mjs';
import { nodeExecutable } from './node-matrix/node-matrix.mjs';
import { root, run } from './workspace.mjs';

export async function bench(args) {
  await build();
  const { main } = await import('../benchmarks/dist/main.js');
  process.exitCode = await main(
    await withReplaced(await withReplaced(args, '--node', nodeExecutable), '--against', builtCheckout),
  );
}

/** `--node 26` names a version on the command line, and an executable from here on; likewise a commit and its folder. */
async function withReplaced(args, flag, replace) {
  const at = args.indexOf(flag);
  return at < 0 || args[at + 1] === undefined ? args : args.with(at + 1, await replace(args[at + 1]));
}

/** The folder of a checkout, built: the one that is named, or one that is made of the commit that is named. */
async function builtCheckout(name) {
  const folder = existsSync(name) ? resolve(name) : await checkOut(name);
  const { code } = await run(process.execPath, ['tools/run.mjs', 'build'], { cwd: folder });
  if (code !== 0) throw new Error(`${folder} could not be built; see above.`);
  return folder;
}

async function checkOut(commit) {
  const parsed = await run('git', ['rev-parse', '--verify', `${commit}^{commit}`], { capture: true });
  if (parsed.code !== 0) throw new Error(`${commit} is neither a folder nor a commit.`);
  const folder = join(root, '.cache', 'compare', parsed.output.trim());
  if (existsSync(folder)) return folder;
  const added = await run('git', ['worktree', 'add', '--detach', folder, parsed.output.trim()], { capture: true });
  if (added.code !== 0) throw new Error(`${commit} could not be checked out:\n${added.output}`);
  return folder;
}
