// Runs all tests, on this Node or on those named by `--node <version>`, and ends with the line that CI reads.
// With `--all-methods`, the runtime's suite runs once more with the fork server as the default.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build/build.mjs';
import { nodeExecutable } from './node-matrix/node-matrix.mjs';
import { binary, run } from './workspace.mjs';

export async function test(args) {
  const { versions, allMethods, rest } = parse(args);
  await build();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
  try {
    for (const version of versions) {
      const executable = version === undefined ? process.execPath : await nodeExecutable(version);
      const tally = await runJest(executable, join(folder, `${version ?? 'this'}.json`), rest, allMethods);
      for (const key of Object.keys(total)) total[key] += tally[key];
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

async function runJest(executable, tallyFile, args, allMethods) {
  const { output: version } = await run(executable, ['--version'], { capture: true });
  console.log(`\nTests on Node ${version.trim()}`);
  const { code, signal } = await run(executable, [binary('jest'), ...args], {
    env: { ...process.env, TEST_TALLY_FILE: tallyFile, ...(allMethods ? { TEST_ALL_METHODS: '1' } : {}) },
  });
  try {
    const tally = JSON.parse(readFileSync(tallyFile, 'utf8'));
    // jest may fail for a reason that is not a test, such as a bad configuration.
    return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } catch {
    console.error(`jest ended with ${signal ?? `exit code ${code}`} and left no result.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function parse(args) {
  const versions = [];
  const rest = [];
  let allMethods = false;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--node') versions.push(args[++i]);
    else if (args[i] === '--all-methods') allMethods = true;
    else rest.push(args[i]);
  }
  return { versions: versions.length > 0 ? versions : [undefined], allMethods, rest };
}
