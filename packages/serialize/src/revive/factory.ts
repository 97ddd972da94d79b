import { type CodeMap, type CodeRecord, INTERNAL_NAMES } from '../model/code.js';
import type { PlacedMap } from './source-map.js';

/** A function in a unit: its code, and which of its variables are its own, constant or dead. */
export interface FunctionShape {
  readonly code: CodeRecord;
  /** The string that identifies the code. */
  readonly id: string;
  /** Indices of variables that are bound in a scope around, which other functions share. */
  readonly shared: ReadonlySet<number>;
  readonly dead: readonly number[];
  /** Whether objects around the function have some of the names that it uses. */
  readonly inObjects?: true;
  /** Functions that are made inside of a class, because they use its private names. */
  readonly guests?: readonly FunctionShape[];
}

/** A scope that several functions share, with what is created in it. */
export interface ScopeShape {
  readonly vars: readonly string[];
  readonly functions: readonly FunctionShape[];
  readonly scopes: readonly ScopeShape[];
}

/** The source of a factory, and where the first text in it begins. */
export interface FactorySource {
  readonly source: string;
  /** Characters before the text of the first function, on its line. */
  readonly textColumn: number;
  /** Of texts that came from elsewhere than their file. */
  readonly maps: readonly PlacedMap[];
}

/**
 * Writes the source of a factory for one function.
 *
 * The factory is called once for each instance, with what {@link FactoryEnvironment} lists, and answers
 * `[function, late, setter]`: values are set after all functions exist, so that cycles close. Where constants or
 * dead variables must be bound it is a generator, which gives the same and is resumed with the values.
 */
export function functionFactory(shape: FunctionShape): FactorySource {
  const writer = new Writer(internalName(textsOf({ vars: [], functions: [shape], scopes: [] })));
  writer.functionFactory(shape);
  return writer.finish('(', ')');
}

/** Writes the source of a factory for a tree of shared scopes: `[setter, …function factories, …scope factories]`. */
export function scopeFactory(shape: ScopeShape): FactorySource {
  const writer = new Writer(internalName(textsOf(shape)));
  writer.scopeFactory(shape);
  return writer.finish('(', ')');
}

function textsOf(shape: ScopeShape): string {
  return [
    ...shape.vars,
    ...shape.functions.flatMap((fn) => [fn, ...(fn.guests ?? [])]).map(({ code }) => code.text + code.vars.join(' ')),
    ...shape.scopes.map(textsOf),
  ].join(' ');
}

/** A name that no code in the unit uses. */
function internalName(texts: string): string {
  let name = '$mp';
  while (texts.includes(`${name}0`)) name += '_';
  return `${name}0`;
}

class Writer {
  readonly #name: string;
  #source = '';
  #textColumn = -1;
  readonly #maps: PlacedMap[] = [];
  #line: number | undefined;
  /** What the class that is written next is to hold. */
  #guests: readonly FunctionShape[] = [];

  /** @param name - Free in all code of the unit; so is every name that begins with it. */
  constructor(name: string) {
    this.#name = name;
  }

  finish(before: string, after: string): FactorySource {
    return {
      source: before + this.#source + after,
      textColumn: this.#textColumn + before.length,
      maps: this.#maps.map((one) => (one.line === 0 ? { ...one, column: one.column + before.length } : one)),
    };
  }

  functionFactory(shape: FunctionShape): void {
    const { code } = shape;
    const env = this.#name;
    const dead = new Set(shape.dead);
    const consts = new Set((code.consts ?? []).filter((i) => !dead.has(i) && !shape.shared.has(i)));
    const own = code.vars.map((_, i) => i).filter((i) => !shape.shared.has(i) && !dead.has(i) && !consts.has(i));
    const stubs = new Set(code.stubs ?? []);
    const isGenerator = consts.size > 0 || dead.size > 0;
    const inObjects = shape.inObjects === true;

    this.#write(isGenerator ? `function*(${env}){` : `${env}=>{`);
    const declarations = [
      ...own.map((i) => code.vars[i] as string).map((name) => (stubs.has(name) ? `${name}=${env}.stub` : name)),
      ...[...stubs].filter((name) => !code.vars.includes(name)).map((name) => `${name}=${env}.stub`),
      ...(code.bound ?? []).map(([name], i) => `${name}=${env}.imports[${i}]`),
      ...(code.meta ? [`${INTERNAL_NAMES.importMeta}=${env}.meta`] : []),
    ];
    if (code.class !== undefined)
      declarations.push(`${INTERNAL_NAMES.hook}=${env}.hook`, `${INTERNAL_NAMES.guard}=${env}.guard`);
    if (inObjects) declarations.push(`${env}o=${env}.objectScope()`, `${env}m`);
    if (code.calls) declarations.push(`${INTERNAL_NAMES.call}=${inObjects ? `${env}o.call` : `${env}f=>${env}f`}`);
    if (declarations.length > 0) this.#write(`var ${declarations.join(',')};`);
    // The variables stand outside: which of them an object hides, it says itself.
    this.#write(inObjects ? `with(${env}o.names)${env}m=[` : isGenerator ? `const ${env}v=yield [` : 'return [');
    this.#guests = shape.guests ?? [];
    if (code.receiver === undefined) {
      this.#expression(code);
      this.#write(',null,');
    } else if (code.receiver === 'unknown') {
      this.#write(`...${env}.unknown(function(){${code.strict ? '"use strict";' : ''}return `);
      this.#text(code);
      this.#write('}),');
    } else {
      this.#inConstructor(code);
      this.#write(',');
    }
    this.#setter(own.map((i) => [code.vars[i] as string, i]));
    this.#write(']');
    if (inObjects) this.#write(`;${env}m[3]=${env}o.bind;${isGenerator ? `const ${env}v=yield ` : 'return '}${env}m`);
    if (isGenerator) {
      this.#write(';');
      for (const i of consts) this.#write(`const ${code.vars[i]}=${env}v[${i}];`);
      if (dead.size > 0) this.#write(`yield;let ${[...dead].map((i) => code.vars[i]).join(',')};`);
    }
    this.#write('}');
  }

  scopeFactory(shape: ScopeShape): void {
    this.#write('()=>{');
    if (shape.vars.length > 0) this.#write(`var ${shape.vars.join(',')};`);
    this.#write('return [');
    this.#setter(shape.vars.map((name, i) => [name, i]));
    for (const child of shape.functions) {
      this.#write(',');
      this.functionFactory(child);
    }
    for (const child of shape.scopes) {
      this.#write(',');
      this.scopeFactory(child);
    }
    this.#write(']}');
  }

  #setter(vars: readonly (readonly [string, number])[]): void {
    const values = `${this.#name}v`;
    if (vars.length === 0) this.#write('null');
    else this.#write(`${values}=>{${vars.map(([name, i]) => `${name}=${values}[${i}]`).join(';')}}`);
  }

  #expression(code: CodeRecord): void {
    // A binding called `arguments` or `yield` is for sloppy code only, so strictness begins inside.
    const isStrict = code.strict === true && code.kind !== 'class';
    const isArrowOverArguments = code.kind === 'arrow' && code.vars.includes('arguments');
    if (isStrict) this.#write(isArrowOverArguments ? '(()=>{"use strict";return ' : '(function(){"use strict";return ');
    this.#text(code);
    if (isStrict) this.#write('})()');
  }

  /**
   * In the constructor of a derived class `this` is bound by `super(…)`, at a time of our choosing, and to
   * whatever the parent returns; an arrow in it sees that. The class's prototype is the home object of its `super`.
   */
  #inConstructor(code: CodeRecord): void {
    const late = `${this.#name}l`;
    this.#write(`...new class extends ${this.#name}.parent{constructor(){const ${late}=[`);
    this.#text(code);
    this.#write(`,[${late}t=>{super(${late}t)},new.target.prototype]];return ${late}}}`);
  }

  #text(code: CodeRecord): void {
    const isMember = code.kind === 'method' || code.kind === 'getter' || code.kind === 'setter';
    const name = code.name === undefined ? undefined : JSON.stringify(code.name);
    this.#write(isMember ? '{' : name === undefined ? '(' : `({[${name}]:`);
    this.#place(code);
    if (code.map !== undefined) this.#addMap(code.map);
    const guests = this.#guests;
    this.#guests = [];
    const end = guests.length === 0 ? code.text.length : code.text.length - (code.class?.tail ?? 0);
    this.#source += code.text.slice(0, end);
    if (this.#line !== undefined) this.#line += code.text.split('\n').length - 1;
    if (guests.length > 0) {
      this.#write(`;static[${this.#name}.guests]=[`);
      for (const guest of guests) {
        this.functionFactory(guest);
        this.#write(',');
      }
      this.#write(']');
      this.#source += code.text.slice(end);
    }
    // A text may end in a line comment: `#!` and HTML-like comments cannot be in a function's text, `//` cannot be last.
    this.#write(isMember ? '}' : name === undefined ? ')' : `})[${name}]`);
  }

  #addMap(map: CodeMap): void {
    const start = this.#source.lastIndexOf('\n') + 1;
    this.#maps.push({ line: this.#source.split('\n').length - 1, column: this.#source.length - start, map });
  }

  /** Pads with line breaks where a later text lies further down in the same file. */
  #place(code: CodeRecord): void {
    if (this.#textColumn < 0) {
      this.#textColumn = this.#source.length;
      this.#line = code.line;
      return;
    }
    if (code.line === undefined || this.#line === undefined || code.line <= this.#line) return;
    const lines = code.line - this.#line;
    if (lines > 100_000 || (code.column ?? 0) > 1000) return;
    this.#source += '\n'.repeat(lines) + ' '.repeat(code.column ?? 0);
    this.#line = code.line;
  }

  #write(text: string): void {
    this.#source += text;
  }
}
