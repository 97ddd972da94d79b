import { identifyReachable } from '../../dist/inspector/reachable.js';
import { originOf } from '../../dist/model/identity.js';

/** The number that the next function gets which has none: those that have one were identified before. */
const nextNumber = (): number => Number(originOf(() => {}).split(':')[1]);

/** Whether functions were given their numbers, in whatever order. */
function areIdentified(functions: readonly (() => unknown)[] | readonly (new () => unknown)[]): boolean {
  const next = nextNumber();
  return functions.every((fn) => Number(originOf(fn).split(':')[1]) < next);
}

describe('what is around a value has its number before a copy of the process is made:', () => {
  test('a function, what it closes over, and what that closes over in the same file', () => {
    class Inner {}
    const inner = (): unknown => new Inner();
    const outer = (): unknown => inner();
    identifyReachable({ target: outer });
    expect(areIdentified([outer, inner])).toBe(true);
    expect(areIdentified([Inner])).toBe(true);
  });

  test('the classes of instances, in lists, maps, sets and members, and those that they extend', () => {
    class Base {}
    class InList extends Base {}
    class InMap {}
    class InSet {}
    class InMember {}
    identifyReachable([[new InList()], new Map([[1, new InMap()]]), new Set([new InSet()]), { deep: new InMember() }]);
    expect(areIdentified([Base, InList, InMap, InSet, InMember])).toBe(true);
  });

  test('and no code of the program runs for it', () => {
    const ran: string[] = [];
    const traps = new Proxy(
      {},
      {
        get: (_, trap) => () => {
          ran.push(String(trap));
        },
      },
    );
    const value = {
      get property() {
        return ran.push('getter');
      },
      proxy: new Proxy({}, traps as ProxyHandler<object>),
      callable: new Proxy(() => {}, traps as ProxyHandler<() => void>),
      list: Object.assign([1, 2], {
        [Symbol.iterator]: () => {
          ran.push('iterator');
          return [][Symbol.iterator]();
        },
      }),
      everything: globalThis,
    };
    identifyReachable({ target: () => value, args: [value] });
    expect(ran).toEqual([]);
  });

  test('and a variable that has no value yet is no obstacle', () => {
    const target = (): unknown => [late, Known];
    class Known {}
    identifyReachable({ target });
    const late = 1;
    expect(areIdentified([Known])).toBe(true);
  });
});
