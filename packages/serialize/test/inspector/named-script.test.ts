import { createRequire } from 'node:module';
import { createContext, runInContext, runInThisContext, Script as VmScript } from 'node:vm';
import { readFunctions } from '../../dist/inspector/scopes.js';
import { type Script, Scripts } from '../../dist/inspector/scripts.js';
import type { AnyFunction } from '../../dist/model/ports.js';

const required = createRequire(import.meta.url)('../../test/fixtures/first-call/required.cjs') as {
  half: AnyFunction;
};
const exported = (await import(new URL('../../test/fixtures/first-call/exported.mjs', import.meta.url).href)) as {
  double: AnyFunction;
};

const shifted = { filename: 'file:///made/up.js', lineOffset: 40, columnOffset: 7 };

// A function of each kind of script. All were run in, so that V8 tells their URLs.
const functions: Readonly<Record<string, AnyFunction>> = {
  'an ES module': exported.double,
  'a CommonJS module': required.half,
  'this test': () => 1,
  'a function made of text': new Function('return () => 1')() as AnyFunction,
  'a text with a name of its own': runInThisContext(
    '(() => { const f = () => 1; return f; })()\n//# sourceURL=mine.js',
  ),
  'a script that begins elsewhere': new VmScript('(() => () => 1)()', shifted).runInThisContext(),
  'a script that begins elsewhere, on its next line': new VmScript('(() =>\n () => 1)()', shifted).runInThisContext(),
  'another realm': runInContext('(() => () => 1)()', createContext(), { filename: '/other/realm.js' }),
  'a script with every end of a line': new VmScript(
    '(() => {/*\n \r\n \r \u2028 \u2029*/ return () => 1 })()',
    shifted,
  ).runInThisContext(),
  'the runtime itself': process.nextTick,
};

const facts = ({ url, isModule, isMainContext, startLine, startColumn, length }: Script): object => ({
  url,
  isModule,
  isMainContext,
  startLine,
  startColumn,
  length,
});

describe('a script that was not listed by the debugger domain', () => {
  const ids = Object.values(functions).map((fn) => readFunctions([fn])[0]?.location?.scriptId ?? '');
  const scripts = Scripts.get();
  const told = ids.map((id) => scripts.get(id) as Script);
  // Asked first: where a column is missing, asking has all scripts listed.
  const toldSources = ids.map((id) => scripts.source(id));
  const toldFacts = told.map(facts);
  scripts.refresh();
  const listed = new Map([...scripts.all()].map((script) => [script.id, script]));

  test.each(Object.keys(functions).map((name, i) => [name, i] as const))('%s: is described as there', (_, i) => {
    expect(told[i]).not.toBe(listed.get(ids[i] as string));
    expect(toldFacts[i]).toEqual(facts(listed.get(ids[i] as string) as Script));
    expect(toldSources[i]).toBe(scripts.withDebugger(() => scripts.source(ids[i] as string)));
  });
});
