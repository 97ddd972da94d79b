import type { Kind } from '../model/kind.js';
import { hostKind } from './host-class.js';

type Entry = readonly [name: string, value: string | File];

const prototype = (): FormData =>
  (globalThis as unknown as { readonly FormData: { readonly prototype: FormData } }).FormData.prototype;

/** A form: names and values in their order. The bytes of files are read as those of any Blob are. */
export const formDataKind: Kind = hostKind<FormData>({
  code: 92,
  name: 'FormData',
  prototype,
  accepts: (value) => typeof prototype().has.call(value, '') === 'boolean',
  write(form, sink) {
    const entries = [...(prototype().entries.call(form) as Iterable<Entry>)];
    sink.uint(entries.length);
    for (const [name, value] of entries) {
      sink.text(name);
      sink.value(value);
    }
  },
  read(source) {
    const form = source.define(new FormData());
    for (let left = source.count(2); left > 0; left--) {
      const name = source.text();
      const value = source.value();
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value as Blob);
    }
    return form;
  },
}) as Kind;
