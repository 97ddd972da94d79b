import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

describe('a revived function with import()', () => {
  const file = fileURLToPath(new URL('../../test/fixtures/imports/main.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });

  test('resolves from the file that it was written in, where its stack traces are, too', () => {
    expect(JSON.parse(stdout)).toEqual({ isNew: true, sum: 42, isPlaceKept: true });
  });

  test('makes Node warn of nothing', () => {
    expect(stderr).toBe('');
  });
});
