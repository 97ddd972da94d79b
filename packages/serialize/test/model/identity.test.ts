import { spawnSync } from 'node:child_process';

const MODULE = new URL('../../dist/model/identity.js', import.meta.url).href;

function nameOfNewProcess(): string {
  const program = `import { threadName } from ${JSON.stringify(MODULE)}; process.stdout.write(threadName());`;
  const args = ['--random-seed=1', '--input-type=module', '--eval', program];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
}

describe('the name of a thread', () => {
  test('is its own among processes with the same generator of random numbers', () => {
    const names = Array.from({ length: 4 }, nameOfNewProcess);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(names).size).toBe(4);
  });
});
