import { Edits } from '../analyze/edit.js';
import type { CodeFacts } from '../analyze/facts.js';
import { analyse } from '../analyze/facts.js';
import { type CodeRecord, INTERNAL_NAMES } from '../model/code.js';
import { type ClassPlan, editClass } from './class-text.js';
import type { ImportBinding } from './imports.js';
import { mapOfText } from './source-maps.js';

/** What is decided about a piece of code from the closures that it made. */
export interface CodeContext {
  readonly name: string | undefined;
  readonly strict: boolean;
  /** Captured variables by their names in the text, in slot order, without those that replace syntax. */
  readonly vars: readonly string[];
  readonly consts: readonly number[];
  /** How an arrow gets its `this`. */
  readonly receiver: 'none' | 'this' | 'this+home' | 'unknown' | 'variable' | 'inside' | 'strict-inside';
  readonly newTarget: boolean;
  /** Whether the own name in the text must not bind: it is a declaration whose name was given another value. */
  readonly dropOwnName: boolean;
  /** For each `with` statement around, the variables that are bound inside of it. */
  readonly withs: readonly (readonly number[])[];
  /** Names that an object around the code may have: it is what they are called on. */
  readonly called: readonly string[];
  /** Names that are imported on the other side. */
  readonly imports: ReadonlyMap<string, ImportBinding>;
  readonly classPlan: ClassPlan | undefined;
  readonly url: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

const CAPACITY = 5000;
const facts = new Map<string, CodeFacts>();
const records = new Map<CodeFacts, Map<string, string>>();

/** The facts about a text, from memory where it was met before. */
export function factsOf(text: string, isMethod: boolean): CodeFacts {
  const key = isMethod ? `m${text}` : text;
  let known = facts.get(key);
  if (known === undefined) {
    known = analyse(text, isMethod);
    facts.set(key, known);
    if (facts.size > CAPACITY) {
      const oldest = facts.keys().next().value as string;
      records.delete(facts.get(oldest) as CodeFacts);
      facts.delete(oldest);
    }
  }
  return known;
}

/** The code that was made of a text last: most often it is asked for again. */
const latest = new WeakMap<CodeFacts, { readonly context: CodeContext; readonly code: string }>();

/** The string that identifies a piece of code and holds all of it. */
export function codeString(of: CodeFacts, context: CodeContext): string {
  const last = latest.get(of);
  if (last !== undefined && isSameContext(last.context, context)) return last.code;
  const code = codeInContext(of, context);
  latest.set(of, { context, code });
  return code;
}

function isSameContext(a: CodeContext, b: CodeContext): boolean {
  return (
    a.name === b.name &&
    a.strict === b.strict &&
    a.receiver === b.receiver &&
    a.newTarget === b.newTarget &&
    a.dropOwnName === b.dropOwnName &&
    a.url === b.url &&
    a.line === b.line &&
    a.column === b.column &&
    a.imports.size === 0 &&
    b.imports.size === 0 &&
    a.classPlan?.key === b.classPlan?.key &&
    a.withs.length === 0 &&
    b.withs.length === 0 &&
    areSame(a.called, b.called) &&
    areSame(a.vars, b.vars) &&
    areSame(a.consts, b.consts)
  );
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function codeInContext(of: CodeFacts, context: CodeContext): string {
  let byContext = records.get(of);
  if (byContext === undefined) {
    byContext = new Map();
    records.set(of, byContext);
  }
  const { name, strict, vars, consts, receiver, newTarget, dropOwnName, imports, url, line, column, classPlan } =
    context;
  const objects = `${JSON.stringify(context.withs)}${context.called.join()}`;
  const key = `${name}|${strict}|${vars.join()}|${consts.join()}|${receiver}|${newTarget}|${dropOwnName}|${importsKey(imports)}|${url}|${line}|${column}|${classPlan?.key}|${objects}`;
  let code = byContext.get(key);
  if (code === undefined) {
    code = JSON.stringify(record(of, context));
    // A text that occurs in endlessly many contexts is not worth remembering in each.
    if (byContext.size > 100) byContext.clear();
    byContext.set(key, code);
  }
  return code;
}

function record(of: CodeFacts, context: CodeContext): CodeRecord {
  const edits = new Edits(of.text);
  const stubs: string[] = [];
  if (context.receiver === 'variable')
    for (const { start, end } of of.outerThis) edits.replace(start, end, INTERNAL_NAMES.this);
  if (context.newTarget)
    for (const { start, end } of of.outerNewTarget) edits.replace(start, end, INTERNAL_NAMES.newTarget);
  for (const { start, end } of of.importMeta) edits.replace(start, end, INTERNAL_NAMES.importMeta);
  if (context.dropOwnName && of.ownName !== undefined) {
    const start = of.text.indexOf(of.ownName, of.text.indexOf('function') + 'function'.length);
    edits.blank(start, start + of.ownName.length);
  }
  if (context.receiver === 'inside' || context.receiver === 'strict-inside') wrapArrow(of, context, edits);
  const hasCalls = editCalls(of, context.called, edits);
  const bound: [string, string, string][] = [];
  for (const [name, { url, exported, isLive }] of context.imports) {
    if (!isLive) {
      bound.push([name, url, exported]);
      continue;
    }
    const namespace = `${INTERNAL_NAMES.live}${bound.length}`;
    bound.push([namespace, url, '*']);
    const by = `${namespace}[${JSON.stringify(exported)}]`;
    for (const use of of.free.get(name)?.uses ?? []) {
      edits.replace(
        use.start,
        use.end,
        use.shorthand ? `${name}:${by}` : callable(of.text, use.end) ? `(0,${by})` : by,
      );
    }
  }
  if (of.computedKey !== undefined) {
    const { start, end } = of.computedKey;
    const key = /^Symbol\.\w+$/.test(of.text.slice(start, end)) ? undefined : keyText(context.name ?? '', of.kind);
    if (key !== undefined) edits.replace(start, end, JSON.stringify(key));
  } else if (of.kind !== 'class' && of.form === 'member' && /^(?:(?:get|set|async)\b)?[\s*]*#/.test(of.text)) {
    const start = of.text.indexOf('#');
    edits.replace(
      start,
      start + (context.name ?? '').replace(/^[gs]et /, '').length,
      JSON.stringify(keyText(context.name ?? '', of.kind)),
    );
  }
  if (context.classPlan !== undefined) stubs.push(...editClass(of, context.classPlan, edits));
  const map = mapOfText(context.url, context.line ?? 0, context.column ?? 0, of.text);
  const anonymous = of.form === 'expression' && (of.ownName === undefined || context.dropOwnName);
  return {
    kind: of.kind,
    text: edits.toString(),
    ...(edits.isEmpty ? {} : { original: of.text }),
    ...(anonymous && context.name !== undefined && context.name !== '' ? { name: context.name } : {}),
    ...(context.strict && of.kind !== 'class' && context.receiver !== 'inside' ? { strict: true } : {}),
    vars: context.vars,
    ...(context.consts.length === 0 ? {} : { consts: context.consts }),
    ...(stubs.length === 0 ? {} : { stubs }),
    ...(isInText(context.receiver) ? {} : { receiver: context.receiver }),
    ...(of.usesSuper ? { home: true } : {}),
    ...(context.withs.length === 0 ? {} : { withs: context.withs }),
    ...(hasCalls ? { calls: true } : {}),
    ...(bound.length === 0 ? {} : { bound }),
    ...(of.importMeta.length > 0 ? { meta: true } : {}),
    ...(of.dynamicImports.length > 0 ? { imports: true } : {}),
    ...(context.classPlan === undefined ? {} : { class: context.classPlan.record }),
    ...(context.url === undefined ? {} : { url: context.url, line: context.line ?? 0, column: context.column ?? 0 }),
    ...(map === undefined ? {} : { map }),
  };
}

function importsKey(imports: ReadonlyMap<string, ImportBinding>): string {
  let key = '';
  for (const [name, { url, exported, isLive }] of imports) key += `${name}=${url}#${exported}${isLive}`;
  return key;
}

function isInText(receiver: CodeContext['receiver']): receiver is 'none' | 'variable' | 'inside' | 'strict-inside' {
  return receiver === 'none' || receiver === 'variable' || receiver === 'inside' || receiver === 'strict-inside';
}

/**
 * Lets an arrow stand in a function that is called with what `this` and `arguments` are: direct `eval` finds them there.
 * The arrow is left whole, for what its body and `eval` declare goes by its parameters (ECMA-262, 10.2.11 and 19.2.1.3).
 */
function wrapArrow(of: CodeFacts, { receiver, vars, strict }: CodeContext, edits: Edits): void {
  const list = vars.includes(INTERNAL_NAMES.arguments) ? INTERNAL_NAMES.arguments : undefined;
  const names = Array.from({ length: of.length }, (_, i) => `${INTERNAL_NAMES.passed}${i}`);
  const passed = [...names, `...${INTERNAL_NAMES.passed}`].join();
  const head = `${of.async ? 'async' : ''}(${passed})=>(function(){`;
  if (receiver === 'strict-inside') {
    edits.replace(0, 0, `${head}"use strict";return(`);
    const apply = `.apply(${INTERNAL_NAMES.this}${list === undefined ? '' : `,${list}`})`;
    edits.replace(of.text.length, of.text.length, `)})${apply}(${passed})`);
    return;
  }
  // Only sloppy code may have the very object as `arguments`.
  const own = list === undefined ? '' : `var arguments=${list};`;
  edits.replace(0, 0, `${head}${own}return(${strict ? '()=>{"use strict";return(' : ''}`);
  edits.replace(of.text.length, of.text.length, `${strict ? ')})(' : ''})}).call(${INTERNAL_NAMES.this})(${passed})`);
}

/** Lets what an object around the code has be called on the object. @returns whether there is such a call. */
function editCalls({ text, free }: CodeFacts, called: readonly string[], edits: Edits): boolean {
  let hasCalls = false;
  for (const name of called) {
    for (const { start, end } of free.get(name)?.uses ?? []) {
      if (!callable(text, end) || /\bnew\s*$/.test(text.slice(Math.max(0, start - 20), start))) continue;
      hasCalls = true;
      edits.replace(start, end, `${INTERNAL_NAMES.call}(${name},${JSON.stringify(name)})`);
    }
  }
  return hasCalls;
}

/** A name that is called would get the namespace as `this`. */
function callable(text: string, end: number): boolean {
  return /^\s*(?:\(|`|\?\.\()/.test(text.slice(end, end + 20));
}

function keyText(name: string, kind: CodeFacts['kind']): string {
  return kind === 'getter' || kind === 'setter' ? name.replace(/^[gs]et /, '') : name;
}
