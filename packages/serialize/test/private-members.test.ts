import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

describe('an instance with private members of a class that the other side imports,', () => {
  test('survives a garbage collection right after it was written and read', () => {
    // On Node 22 a collection ended the process, where an evaluation of the inspector's was not answered yet.
    const program = fileURLToPath(new URL('../test/fixtures/collect-at-once.mjs', import.meta.url));
    expect(execFileSync(process.execPath, ['--expose-gc', program], { encoding: 'utf8' })).toBe('true 3 6');
  });
});
