import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deserialize, serialize } from '@mp/serialize';

interface Fixtures {
  readonly Sealed: new (value: unknown) => { readonly value: unknown };
  readonly Marked: { new (): object; is(object: object): boolean };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const { Sealed, Marked } = (await import(
  new URL('../test/fixtures/modules/weak.mjs', import.meta.url).href
)) as Fixtures;

// V8 12.4 ended the process where garbage was collected before the answer of a command arrived.
describe('given a full garbage collection before any microtask runs', () => {
  test('private fields of an imported class arrive', () => {
    const sealed = deserialize(serialize(new Sealed({ n: 1 })), { trustCode: true }) as { value: unknown };
    collect();
    expect(sealed.value).toEqual({ n: 1 });
  });

  test('private methods are found and missed as they are', () => {
    const bytes = serialize([new Marked(), Object.create(Marked.prototype) as object]);
    collect();
    const [marked, other] = deserialize(bytes, { trustCode: true }) as [object, object];
    collect();
    expect([Marked.is(marked), Marked.is(other)]).toEqual([true, false]);
  });
});
