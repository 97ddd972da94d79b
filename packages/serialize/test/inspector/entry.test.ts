import { Session } from 'node:inspector';
import { deserialize, serialize } from '../../dist/index.js';
import { readFunctions } from '../../dist/inspector/scopes.js';
import { Scripts } from '../../dist/inspector/scripts.js';
import { Inspector } from '../../dist/inspector/session.js';

const TRUSTED = { trustCode: true } as const;
let entered = 0;

class Counter {
  count = 7;

  reader(): () => number {
    return () => {
      entered++;
      return this.count;
    };
  }
}

function makePair(): { readonly add: () => void; readonly get: () => number } {
  let total = 0;
  return {
    add: () => {
      entered++;
      total++;
    },
    get: () => total,
  };
}

describe('looking at what no scope lists', () => {
  test('makes no pause that another debugger session would see', () => {
    const session = new Session();
    session.connect();
    let pauses = 0;
    session.on('Debugger.paused', () => pauses++);
    session.post('Debugger.enable');
    try {
      const read = deserialize(serialize(new Counter().reader()), TRUSTED) as () => number;
      const { add, get } = deserialize(serialize(makePair()), TRUSTED) as ReturnType<typeof makePair>;
      add();
      expect([read(), get(), pauses]).toEqual([7, 1, 0]);
    } finally {
      session.disconnect();
    }
  });

  test('adds no script to those that are known', () => {
    const scripts = Scripts.get();
    scripts.withDebugger(() => {
      serialize(new Counter().reader());
      const before = [...scripts.all()].length;
      for (let i = 0; i < 50; i++) serialize(new Counter().reader());
      expect([...scripts.all()].length).toBe(before);
    });
  });

  test('loses no script that is compiled meanwhile', () => {
    const scripts = Scripts.get();
    const inspector = Inspector.get();
    scripts.refresh();
    let late: unknown;
    inspector.callTerminable(() => {
      late = new Function('return 1');
    });
    const id = readFunctions([late as () => number])[0]?.location?.scriptId ?? '';
    expect(scripts.get(id)).toBeDefined();
  });

  test('runs nothing of a function where the stack is nearly full, and works again when it is not', () => {
    const counter = new Counter();
    serialize(counter.reader());
    entered = 0;
    let left = 400;
    let refused = 0;
    const descend = (): void => {
      try {
        descend();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      // On the way back, at every depth from the deepest.
      if (left-- <= 0) return;
      try {
        serialize(counter.reader());
      } catch {
        refused++;
      }
    };
    descend();
    expect(refused).toBeGreaterThan(0);
    expect(entered).toBe(0);
    const read = deserialize(serialize(counter.reader()), TRUSTED) as () => number;
    expect(read()).toBe(7);
  });

  test('takes a variable whose name is a word of the language in other functions', () => {
    const makeArrow = new Function(`
      let static = 1, async = 2, await = undefined;
      return [() => [static, async, await], () => { static++; }, () => { async++; }];
    `) as () => readonly [() => unknown, () => void, () => void];
    const [read, ...changes] = deserialize(serialize(makeArrow()), TRUSTED) as ReturnType<typeof makeArrow>;
    for (const change of changes) change();
    expect(read()).toEqual([2, 3, undefined]);
  });
});
