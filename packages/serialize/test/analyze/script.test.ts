import { ScriptFacts } from '../../dist/analyze/script.js';

describe('a script', () => {
  const text = [
    'import d, { a as b } from "./x.mjs";',
    'export let count = 0; export const limit = 1;',
    'let hidden = 1; export { hidden as shown };',
    'export function inc() { return () => ++count; }',
    'export class K { static m() { return () => this; } }',
  ].join('\n');
  const facts = new ScriptFacts(text, true);

  test('knows its imports', () => {
    expect([...facts.imports]).toEqual([
      ['d', { specifier: './x.mjs', imported: 'default' }],
      ['b', { specifier: './x.mjs', imported: 'a' }],
    ]);
  });

  test('knows its exports, and which of them change', () => {
    expect([...facts.exports]).toEqual([
      ['count', 'count'],
      ['limit', 'limit'],
      ['hidden', 'shown'],
      ['inc', 'inc'],
      ['K', 'K'],
    ]);
    expect(['count', 'limit', 'shown', 'elsewhere'].map((name) => facts.isMutableExport(name))).toEqual([
      true,
      false,
      false,
      undefined,
    ]);
  });

  test('finds a function where V8 says that it stands', () => {
    const found = facts.functionAt(3, text.split('\n')[3]?.indexOf('() =>') ?? -1, '() => ++count');
    expect(found?.isArrow).toBe(true);
    expect(found?.strict).toBe(true);
    expect(found?.scope.lookup('count')?.binding.kind).toBe('let');
  });

  test('finds a static method by its text without static', () => {
    const line = text.split('\n')[4] as string;
    expect(facts.functionAt(4, line.indexOf('()'), 'm() { return () => this; }')).toBeDefined();
  });

  test('finds no function with another text', () => {
    expect(facts.functionAt(3, 0, '() => other')).toBeUndefined();
  });

  test('is sloppy from where no directive says otherwise', () => {
    const script = new ScriptFacts(
      'function a() { "use strict"; return () => 1; }\nfunction b() { return () => 2; }',
      false,
    );
    expect(script.functionAt(0, 38, '() => 1')?.strict).toBe(true);
    expect(script.functionAt(1, 24, '() => 2')?.strict).toBe(false);
  });
});
