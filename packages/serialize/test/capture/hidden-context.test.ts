import { deserialize, serialize } from '@mp/serialize';

describe('this of an arrow that only direct eval could use', () => {
  // Made from text: no bundler nor transpiler then touches the eval.
  const make = new Function('"use strict"; return { n: 5, method() { return () => eval("this.n"); } };') as () => {
    n: number;
    method(): () => number;
  };

  test('comes along in strict code, and is still the object', () => {
    const object = make();
    const bytes = serialize([object.method(), object]);
    const [read, copy] = deserialize(bytes, { trustCode: true }) as [() => number, { n: number }];
    expect(read()).toBe(5);
    copy.n = 6;
    expect(read()).toBe(6);
  });
});
