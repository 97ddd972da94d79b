import { spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { functionOf, type Origin, recognise } from '../../dist/model/identity.js';
import type { AnyFunction } from '../../dist/model/ports.js';

const MODULE = new URL('../../dist/model/identity.js', import.meta.url).href;
const origin: Origin = '0123456789abcdef:1';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Tasks that V8 posted for what it collected have run. */
const collected = async (): Promise<void> => {
  await new Promise(setImmediate);
  collect();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
};

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

describe('the function of an origin', () => {
  const revive = (): AnyFunction => {
    const fn = (): number => 1;
    recognise(fn, origin);
    return fn;
  };

  test('is forgotten when nobody has it any more', async () => {
    revive();
    await collected();
    expect(functionOf(origin)).toBeUndefined();
  });

  test('is the latest one that was revived, when an earlier one becomes garbage', async () => {
    revive();
    await new Promise(setImmediate);
    collect();
    const latest = revive();
    await collected();
    expect(functionOf(origin)).toBe(latest);
  });

  test('does not keep alive what else was sent', async () => {
    for (let i = 0; i < 1000; i++) recognise(() => i, `0123456789abcdef:${i + 10}`);
    await collected();
    expect(functionOf('0123456789abcdef:500')).toBeUndefined();
  });
});
