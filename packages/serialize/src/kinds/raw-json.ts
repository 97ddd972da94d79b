import type { Kind } from '../model/kind.js';

interface RawJson {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
}

const { rawJSON, isRawJSON } = JSON as unknown as Partial<RawJson>;

/** A text that `JSON.stringify` takes as it is: a frozen object with a brand (ECMA-262, JSON.rawJSON). From Node 22 on. */
export const rawJsonKind: Kind<{ readonly rawJSON: string }> = {
  code: 80,
  name: 'raw JSON',
  prototype: undefined,
  test: (value) => isRawJSON?.(value) === true,
  structuralKeys: -1,
  ownKeys: () => [],
  ownPrototype: () => null,
  write: (value, sink) => sink.text(value.rawJSON),
  read(source) {
    if (rawJSON === undefined) throw source.damaged('raw JSON, which this engine does not have,');
    return source.define(rawJSON(source.text()));
  },
};
