import { clone, deserialize, serialize } from '@mp/serialize';

// What Proxy.revocable gives is a proxy and a function that knows it by a hidden slot.

const trusted = { trustCode: true };

describe('the function that revokes a proxy', () => {
  test('beside the proxy it revokes the copy, and not the original', () => {
    const original = Proxy.revocable({ a: 1 }, {});
    const copy = clone(original, trusted);
    expect(copy.proxy.a).toBe(1);
    copy.revoke();
    expect(() => copy.proxy.a).toThrow(TypeError);
    expect(original.proxy.a).toBe(1);
  });

  test('of several each revokes its own, and is one function wherever it occurs', () => {
    const [first, second] = [Proxy.revocable({ n: 1 }, {}), Proxy.revocable({ n: 2 }, {})];
    const [a, b, again] = clone([first, second, first.revoke] as const, trusted);
    expect(again).toBe(a.revoke);
    b.revoke();
    expect(a.proxy.n).toBe(1);
    expect(() => b.proxy.n).toThrow(TypeError);
  });

  test('captured by functions', () => {
    const { proxy, revoke } = Proxy.revocable({ k: 2 }, {});
    const copy = clone({ get: () => proxy.k, stop: () => revoke() }, trusted);
    expect(copy.get()).toBe(2);
    copy.stop();
    expect(() => copy.get()).toThrow(TypeError);
  });

  test('that has done so is spent', () => {
    const original = Proxy.revocable({}, {});
    original.revoke();
    const copy = clone(original, trusted);
    copy.revoke();
    expect(() => Reflect.get(copy.proxy, 'a') as unknown).toThrow(TypeError);
  });

  test('is code: untrusted bytes do not bring one', () => {
    const original = Proxy.revocable({}, {});
    original.revoke();
    expect(() => deserialize(serialize(original.revoke))).toThrow(/function that revokes a proxy/);
  });

  test('without its proxy is refused', () => {
    expect(() => serialize(Proxy.revocable({}, {}).revoke)).toThrow(/cannot.*serialize/i);
  });

  test('is not taken for another native function without a name', () => {
    const { format } = new Intl.NumberFormat('en');
    expect(() => serialize({ proxy: new Proxy({}, {}), format })).toThrow(/native code/);
  });
});
