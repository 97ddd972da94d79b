// The quality gates, all of which also run in CI: format and lint, dependency arrows, unused code, the packages as published.
import { build } from './build/build.mjs';
import { checkPackages } from './package-check/package-check.mjs';
import { packages, runTool } from './workspace.mjs';

const gates = {
  'format and lint': () => passes('@biomejs/biome', ['check', '--error-on-warnings', '.'], 'biome'),
  'dependency arrows': () =>
    passes(
      'dependency-cruiser',
      ['--config', '.dependency-cruiser.cjs', ...packages.map((name) => `packages/${name}/src`)],
      'depcruise',
    ),
  'unused files, exports and dependencies': () => passes('knip', ['--no-config-hints']),
  'packages as published': checkPackages,
};

export async function check(names) {
  const unknown = names.filter((part) => !Object.keys(gates).some((name) => name.includes(part)));
  if (unknown.length > 0)
    throw new Error(`No gate is called ${unknown.join(', ')}; there are: ${Object.keys(gates).join('; ')}.`);
  await build();
  const failed = [];
  const chosen = Object.entries(gates).filter(
    ([name]) => names.length === 0 || names.some((part) => name.includes(part)),
  );
  await Promise.all(
    chosen.map(async ([name, gate]) => {
      const started = Date.now();
      const problem = await gate();
      console.log(`${problem === undefined ? 'ok  ' : 'FAIL'} ${name} (${Date.now() - started} ms)`);
      if (problem !== undefined) failed.push([name, problem]);
    }),
  );
  for (const [name, problem] of failed) console.error(`\n${name}:\n${problem.trimEnd()}`);
  if (failed.length > 0) process.exitCode = 1;
}

export async function format() {
  await runTool('@biomejs/biome', ['check', '--write', '.'], { command: 'biome' });
}

async function passes(packageName, args, command = packageName) {
  const { code, output } = await runTool(packageName, args, { command, capture: true });
  return code === 0 ? undefined : output;
}
