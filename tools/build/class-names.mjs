/**
 * A class that refers to itself is renamed by esbuild, and its name is in messages and on the wire. The option `keepNames`
 * would slow down every function that is made inside another.
 */
export function withClassNames(text) {
  return text.replace(
    /^(\s*(?:(?:var|let|const) )?(\w+) = class _\2 (?:extends [\w.]+ )?\{)/gm,
    "$1 static { Object.defineProperty(this, 'name', { value: '$2', configurable: true }); }",
  );
}
