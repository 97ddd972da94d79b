import { readFunctions } from '../../dist/inspector/scopes.js';
import { Scripts } from '../../dist/inspector/scripts.js';

const makeClosure = (value: number): (() => number) => {
  return () => value;
};

describe('the scripts of a thread', () => {
  test('reading functions adds no script to those that are known, however often it is done', () => {
    const scripts = Scripts.get();
    scripts.withDebugger(() => {
      readFunctions([makeClosure(0)]);
      const before = [...scripts.all()].length;
      for (let i = 0; i < 200; i++) readFunctions([makeClosure(i)]);
      expect([...scripts.all()].length).toBe(before);
    });
  });

  test('a program that reads functions in a loop, without ever yielding, is soon rid of the debugger domain', () => {
    const scripts = Scripts.get();
    scripts.refresh();
    for (let i = 0; i < 20_000; i++) readFunctions([makeClosure(i)]);
    const before = [...scripts.all()].length;
    new Function('return 1');
    expect([...scripts.all()].length).toBe(before);
  });

  test('a script that was compiled while the domain was disabled is found by its id', () => {
    const scripts = Scripts.get();
    scripts.refresh();
    for (let i = 0; i < 20_000; i++) readFunctions([makeClosure(i)]);
    const late = new Function('return 1') as () => number;
    const [reading] = readFunctions([late]);
    expect(scripts.get(reading?.location?.scriptId ?? '')).toBeDefined();
    expect(scripts.source(reading?.location?.scriptId ?? '')).toContain('return 1');
  });
});
