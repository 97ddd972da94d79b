import { ObjectTable } from './object-table.js';
import type { Words } from './words.js';

/** How many words a function has at least, and a context with one slot. */
const FUNCTION_WORDS = 7;
const CONTEXT_WORDS = 8;
/** Behind the hidden class, properties and elements. */
const FIRST_SLOT = 3;

/**
 * The proxy that a function of `Proxy.revocable` revokes: `[[RevocableProxy]]` (ECMA-262, 28.2.2.1), which V8 keeps in the function's
 * context (`src/builtins/proxy-revocable.tq`). Where that is was found out by two such functions.
 *
 * @param candidates - The proxies that it may be.
 * @returns `null` where the proxy is revoked; `undefined` for other functions, and for a proxy that is no candidate.
 */
export function revocableBy(fn: object, candidates: readonly object[]): object | null | undefined {
  const first = Proxy.revocable({}, {});
  const second = Proxy.revocable({}, {});
  const spent = Proxy.revocable({}, {});
  spent.revoke();
  const samples = [fn, first.revoke, second.revoke, spent.revoke, Math.max, first.proxy, second.proxy];
  return ObjectTable.get().look(samples, (view) => {
    const functions = samples.slice(0, 5).map((_, i) => view.words(view.pointerTo(i), FUNCTION_WORDS));
    const [asked, one, two, done, other] = functions as [Words, Words, Words, Words, Words];
    const slotOf = (words: Words, context: number, proxy: number): number => {
      const pointer = words.pointer(context);
      if (pointer === undefined) return -1;
      const slots = view.words(pointer, CONTEXT_WORDS);
      return Array.from({ length: CONTEXT_WORDS }, (_, i) => slots.pointer(i)).indexOf(proxy);
    };
    for (let context = FIRST_SLOT + 1; context < FUNCTION_WORDS; context++) {
      const slot = slotOf(one, context, view.pointerTo(5));
      if (slot < 0 || slot !== slotOf(two, context, view.pointerTo(6))) continue;
      // What all closures of one code share stands in front of the context, and says that it is one of these.
      const shared = one.pointer(context - 1);
      const isShared = [two, done].every((words) => words.pointer(context - 1) === shared);
      if (shared === undefined || !isShared || other.pointer(context - 1) === shared) return undefined;
      if (asked.pointer(context - 1) !== shared) return undefined;
      const target = view.words(asked.pointer(context) as number, CONTEXT_WORDS).pointer(slot);
      if (target === view.words(done.pointer(context) as number, CONTEXT_WORDS).pointer(slot)) return null;
      for (let from = 0; from < candidates.length; from += view.batch) {
        const batch = candidates.slice(from, from + view.batch);
        const pointers = view.pointersTo(batch);
        for (let i = 0; i < batch.length; i++) if (pointers.raw(i) === target) return batch[i];
      }
      return undefined;
    }
    return undefined;
  });
}
