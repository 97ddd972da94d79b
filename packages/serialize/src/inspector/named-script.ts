import { readFunctions } from './scopes.js';
import type { Script } from './scripts.js';
import { textAround, witnessOf } from './witnesses.js';

/** What a function tells about its script. */
interface Told {
  readonly isModule: boolean;
  readonly isMainContext: boolean;
}

/** Where the text of a script starts, and how long it is. */
interface Extent {
  readonly startLine: number;
  /** Told by a function on the first line alone. */
  readonly startColumn: number | undefined;
  readonly length: number;
}

/**
 * A script of which the URL is known. A function of it tells the rest; where none is left, all scripts are listed, which takes
 * the debugger domain.
 */
export class NamedScript implements Script {
  readonly id: string;
  readonly url: string;
  readonly #listed: () => Script | undefined;
  #told: Told | undefined;
  #extent: Extent | undefined;

  constructor(id: string, url: string, listed: () => Script | undefined) {
    this.id = id;
    this.url = url;
    this.#listed = listed;
  }

  get isModule(): boolean {
    return this.#ask().isModule;
  }

  get isMainContext(): boolean {
    return this.#ask().isMainContext;
  }

  get startLine(): number {
    return this.#measure().startLine;
  }

  get startColumn(): number {
    return this.#measure().startColumn ?? this.#listed()?.startColumn ?? 0;
  }

  get sourceMapUrl(): string | undefined {
    return this.#listed()?.sourceMapUrl;
  }

  get length(): number {
    return this.#measure().length;
  }

  #ask(): Told {
    this.#told ??= toldBy(this.id) ?? this.#listed() ?? { isModule: false, isMainContext: false };
    return this.#told;
  }

  #measure(): Extent {
    this.#extent ??= extentSeenBy(this.id) ?? this.#listed() ?? { startLine: 0, startColumn: 0, length: 0 };
    return this.#extent;
  }
}

/** Whether this code runs in the realm that Node started with, and not in a `node:vm` context with another global object. */
const isProgramRealm: boolean =
  typeof process === 'object' &&
  typeof process.getBuiltinModule === 'function' &&
  Reflect.getPrototypeOf(process.getBuiltinModule) === Function.prototype;

/** A function of a module sees the scope of the module, and every function the global object of its realm. */
function toldBy(scriptId: string): Told | undefined {
  const witness = isProgramRealm ? witnessOf(scriptId) : undefined;
  const scopes = witness && readFunctions([witness])[0]?.scopes;
  const outermost = scopes?.find(({ description }) => description === 'Global')?.object as unknown;
  if (scopes === undefined || outermost === undefined) return undefined;
  return {
    isModule: scopes.some(({ description }) => description === 'Module'),
    isMainContext: outermost === globalThis,
  };
}

/** A script starts elsewhere than at the first character of its file by as much as its functions do. */
function extentSeenBy(scriptId: string): Extent | undefined {
  const witness = witnessOf(scriptId);
  const around = witness && textAround(witness);
  const location = witness && around && readFunctions([witness])[0]?.location;
  if (around === undefined || location === undefined) return undefined;
  const lines = around.text.slice(0, around.position).split(LINE_END);
  const isFirst = lines.length === 1;
  return {
    startLine: location.lineNumber - (lines.length - 1),
    startColumn: isFirst ? location.columnNumber - around.position : undefined,
    length: around.text.length,
  };
}

/** Lines as V8 counts them (`String::CalculateLineEnds`). */
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;
