import { clone, deserialize, Serializer, serialize } from '@mp/serialize';

// What must be whole before the object around it is made cannot be put off as others are: it is written in front.

class Link {
  readonly value: number;
  readonly next: Link | null;

  constructor(value: number, next: Link | null) {
    this.value = value;
    this.next = next;
  }
}

interface State {
  readonly value: number;
  readonly next: Link | null;
}

/** A serializer that knows the class, and how often it took one apart. */
function withLinks(): { readonly serializer: Serializer; readonly calls: () => number } {
  let calls = 0;
  const serializer = new Serializer({ trustCode: true }).register(Link, {
    reduce({ value, next }): State {
      calls++;
      return { value, next };
    },
    revive: ({ value, next }) => new Link(value, next),
  });
  return { serializer, calls: () => calls };
}

function chain(length: number): Link {
  let link: Link | null = null;
  for (let i = 0; i < length; i++) link = new Link(i, link);
  return link!;
}

function valuesOf(link: Link): number[] {
  const values: number[] = [];
  for (let at: Link | null = link; at !== null; at = at.next) values.push(at.value);
  return values;
}

describe('depth that the stack does not have', () => {
  test.each([90, 150, 1000, 5000])('a chain of %s objects of a registered class', (length) => {
    const { serializer, calls } = withLinks();
    const link = chain(length);
    const copy = serializer.deserialize(serializer.serialize({ link, again: link })) as Record<string, Link>;
    expect(copy['link']).toBe(copy['again']);
    expect(copy['link']).toBeInstanceOf(Link);
    expect(valuesOf(copy['link']!)).toEqual(valuesOf(link));
    expect(calls()).toBe(length);
  });

  test('what a reducer makes is whole when it is revived, however deep it nests itself', () => {
    type Nest = { inner?: Nest; depth: number };
    class Box {
      readonly depth: number;
      readonly nest: Nest;
      constructor(nest: Nest) {
        this.nest = nest;
        let depth = 0;
        for (let at: Nest | undefined = nest; at !== undefined; at = at.inner) depth++;
        this.depth = depth;
      }
    }
    const serializer = new Serializer({ trustCode: true }).register(Box, {
      reduce: ({ nest }) => nest,
      revive: (nest) => new Box(nest),
    });
    let nest: Nest = { depth: 0 };
    for (let i = 1; i < 3000; i++) nest = { inner: nest, depth: i };
    const box = serializer.deserialize(serializer.serialize([[new Box(nest)]])) as Box[][];
    expect(box[0]![0]!.depth).toBe(3000);
  });

  test('proxies of proxies, by target and by handler', () => {
    let byTarget: object = { end: true };
    let byHandler: object = {};
    for (let i = 0; i < 600; i++) {
      byTarget = new Proxy(byTarget, {});
      byHandler = new Proxy({ i }, byHandler);
    }
    const copy = deserialize(serialize({ byTarget, byHandler }), { trustCode: true }) as typeof self;
    const self = { byTarget: byTarget as { end: boolean }, byHandler: byHandler as { i: number } };
    expect([copy.byTarget.end, copy.byHandler.i]).toEqual([true, 599]);
  });

  test('a function that is bound over and over', () => {
    let bound: (...args: number[]) => number = Math.max;
    for (let i = 0; i < 600; i++) bound = bound.bind(null, i);
    expect((clone(bound) as typeof bound)()).toBe(599);
  });

  test('in a session', () => {
    const { serializer } = withLinks();
    const link = chain(700);
    const encoder = serializer.createEncoder();
    const decoder = serializer.createDecoder();
    for (let i = 0; i < 3; i++) {
      expect(valuesOf(decoder.decode(encoder.encode(link)) as Link)).toEqual(valuesOf(link));
    }
  });

  test('what was said about a deep value is no problem for `explain`', () => {
    const { serializer } = withLinks();
    expect(serializer.explain(chain(700)).problems).toEqual([]);
  });

  test('a ring of objects that reducers take apart is refused', () => {
    class Ring {
      next: Ring | undefined;
    }
    const serializer = new Serializer({ trustCode: true }).register(Ring, {
      reduce: ({ next }) => ({ next }),
      revive: () => new Ring(),
    });
    for (const length of [1, 10, 600]) {
      const rings = Array.from({ length }, () => new Ring());
      for (let i = 0; i < length; i++) rings[i]!.next = rings[(i + 1) % length];
      expect(() => serializer.serialize(rings[0])).toThrow(/leads back to it/);
    }
  });
});
