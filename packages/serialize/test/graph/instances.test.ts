import { GET_STATE, SET_STATE, Serializer } from '@mp/serialize';
import fc from 'fast-check';

class Point {
  readonly x: number;
  readonly y: unknown;
  constructor(x: number, y: unknown) {
    this.x = x;
    this.y = y;
  }
  sum(): number {
    return this.x + Number(this.y);
  }
}

class Named extends Point {
  label = 'named';
}

const serializer = new Serializer({ trustCode: true });
const roundTrip = <T>(value: T): T => serializer.deserialize(serializer.serialize(value)) as T;

// Hidden classes are used once enough objects were looked at.
beforeAll(() => void serializer.serialize(Array.from({ length: 2000 }, (_, i) => ({ i }))));

const NOTHING = Function.prototype as () => unknown;
type Make = (i: number) => object;
const MAKERS: Record<string, Make> = {
  point: (i) => new Point(i, -i),
  'a subclass': (i) => new Named(i, `${i}`),
  'with one property more': (i) => Object.assign(new Point(i, 0), { z: i }),
  'with a symbol': (i) => Object.assign(new Point(i, 0), { [Symbol.for('unit')]: 'm' }),
  'with an index': (i) => Object.assign(new Point(i, 0), { 3: i }),
  'with a read-only property': (i) => Object.defineProperty(new Point(i, 0), 'x', { writable: false }),
  frozen: (i) => Object.freeze(new Point(i, i)),
  'frozen and plain': (i) => Object.freeze({ x: i }),
  sealed: (i) => Object.seal({ x: i }),
  'without a prototype': (i) => Object.assign(Object.create(null), { x: i }),
  'without a prototype, with an accessor': (i) =>
    Object.defineProperty(Object.create(null) as object, 'x', { get: NOTHING, enumerable: i > 0 }),
  'a Map under the prototype of a class': (i) => Object.setPrototypeOf(new Map([[i, i]]), Point.prototype),
  'a Map without a prototype': (i) => Object.setPrototypeOf(new Map([[i, i]]), null),
};

/** What a program can tell of an object made here, without its prototype. */
function facets(object: object): unknown {
  return [
    Object.getOwnPropertyDescriptors(object),
    Object.isFrozen(object),
    Object.isSealed(object),
    object instanceof Point ? object.constructor.name : Object.getPrototypeOf(object) === null,
    Object.prototype.toString.call(object),
    typeof Map.prototype.values === 'function' && isMap(object) ? [...Map.prototype.entries.call(object)] : undefined,
  ];
}

function isMap(object: object): object is Map<unknown, unknown> {
  try {
    Map.prototype.has.call(object as Map<unknown, unknown>, 0);
    return true;
  } catch {
    return false;
  }
}

describe('objects that look alike to the engine', () => {
  test('are told apart by what they are, in any order', () => {
    const names = Object.keys(MAKERS);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(30)), { minLength: 20, maxLength: 120 }),
        (list) => {
          const objects = list.map(([name, i]) => MAKERS[name]!(i));
          const twice = [...objects, objects[list[0]![1] % objects.length]!];
          const copy = roundTrip(twice);
          expect(copy.map(facets)).toEqual(twice.map(facets));
          expect(copy.indexOf(copy.at(-1)!)).toBe(twice.indexOf(twice.at(-1)!));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('arrive as instances of one class, each once, with what refers to them', () => {
    const points = Array.from({ length: 500 }, (_, i) => new Point(i, i));
    const copy = roundTrip({ points, byX: new Map(points.map((point) => [point.x, point])) });
    expect(copy.points.every((point, i) => point.sum() === 2 * i && copy.byX.get(i) === point)).toBe(true);
    expect(new Set(copy.points.map((point) => Object.getPrototypeOf(point))).size).toBe(1);
  });

  test('are shown to a reducer one by one, which may take some of them', () => {
    const picky = new Serializer({ trustCode: true });
    picky.registerReducer({
      tag: 'even',
      test: (value): value is Point => value instanceof Point && value.x % 2 === 0,
      reduce: (point) => (point as Point).x,
      revive: (x) => new Named(Number(x), 'revived'),
    });
    const points = Array.from({ length: 40 }, (_, i) => new Point(i, i));
    const copy = picky.deserialize(picky.serialize(points)) as Point[];
    expect(copy.map(({ x, y }) => [x, y])).toEqual(points.map(({ x, y }) => [x, x % 2 === 0 ? 'revived' : y]));
  });

  test('follow their class where code that runs in between changes how it travels', () => {
    class Late {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    class Trigger {
      [GET_STATE](): number {
        Object.assign(Late.prototype, {
          [GET_STATE](this: Late) {
            return this.x * 10;
          },
          [SET_STATE](this: { x: number }, state: number) {
            this.x = state + 1;
          },
        });
        return 0;
      }
      [SET_STATE](): void {}
    }
    const before = Array.from({ length: 20 }, (_, i) => new Late(i));
    const after = Array.from({ length: 20 }, (_, i) => new Late(i));
    const copy = roundTrip([before, new Trigger(), after]) as [Late[], Trigger, Late[]];
    expect(copy[2].map(({ x }) => x)).toEqual(after.map(({ x }) => x * 10 + 1));
  });
});
