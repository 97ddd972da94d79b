import type { CodeFacts } from '../analyze/facts.js';
import { type FunctionReading, readFunctions } from '../inspector/scopes.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { factsOf } from './code.js';
import { scriptOf } from './source-info.js';
import { findVariable, type Variable } from './variables.js';

/** A function that makes the wrapper again when it is first called, and what it is to be given. */
export interface RuntimeWrapper {
  readonly facts: CodeFacts;
  readonly variables: readonly Variable[];
}

interface Recipe {
  /** The script of Node's in which wrappers of this kind are made. */
  readonly url: string;
  /** How the text of a wrapper begins. */
  readonly begins: string;
  readonly text: string;
  /** The variables of {@link text}; `undefined` where the wrapper holds what cannot travel. */
  values(wrapper: FunctionReading): Readonly<Record<string, unknown>> | undefined;
}

const node: typeof process.getBuiltinModule | undefined =
  typeof process === 'object' ? process.getBuiltinModule?.bind(process) : undefined;

const CALL = 'new.target===undefined?Reflect.apply(made,this,args):Reflect.construct(made,args,new.target)';

/**
 * Functions that Node's own modules wrap around those of the program. Their code is a part of the runtime, and what it uses
 * leads to all of it; the other side has the same module, and makes the same wrapper.
 */
const RECIPES: readonly Recipe[] = [
  {
    url: 'node:internal/util',
    begins: 'function deprecated(',
    text: `function deprecated(...args){made??=deprecate(fn,message,code);return ${CALL}}`,
    values(wrapper) {
      const emit = captured('emitDeprecationWarning', wrapper);
      const around = typeof emit === 'function' ? readFunctions([emit])[0] : undefined;
      const fn = captured('fn', wrapper);
      const message = around && captured('msg', around);
      if (around === undefined || typeof fn !== 'function' || typeof message !== 'string') return undefined;
      return { deprecate: node?.('node:util')?.deprecate, fn, message, code: captured('code', around) };
    },
  },
  {
    url: 'node:util',
    begins: 'function callbackified(',
    text: `function callbackified(...args){made??=callbackify(original);return ${CALL}}`,
    values(wrapper) {
      const original = captured('original', wrapper);
      if (typeof original !== 'function') return undefined;
      return { callbackify: node?.('node:util')?.callbackify, original };
    },
  },
  // Whether such a function writes is a matter of the process that calls it.
  {
    url: 'node:internal/util/debuglog',
    begins: '(...args) => {',
    text: '(...args)=>{made??=debuglog(set,cb);made(...args)}',
    values: debugSection,
  },
  {
    url: 'node:internal/util/debuglog',
    begins: 'get() {',
    text: 'get(){return(made??=debuglog(set)).enabled}',
    values: debugSection,
  },
  {
    url: 'node:async_hooks',
    begins: 'function(...args) {',
    text: `function(...args){made??=resource.bind(fn);return ${CALL}}`,
    values(wrapper) {
      const fn = captured('fn', wrapper);
      const resource = captured('resource', wrapper);
      return typeof fn === 'function' && isObject(resource) ? { resource, fn } : undefined;
    },
  },
  // The accessor `asyncResource` of such a function, up to Node 24.
  {
    url: 'node:async_hooks',
    begins: 'function() {',
    text: 'function(){return self}',
    values(wrapper) {
      const self = captured('self', wrapper);
      return isObject(self) ? { self } : undefined;
    },
  },
  {
    url: 'node:async_hooks',
    begins: 'function(val) {',
    text: 'function(value){Object.defineProperty(this,"asyncResource",{value,writable:true,enumerable:true,configurable:true})}',
    values: () => ({}),
  },
];

/** Recognises a wrapper that a module of Node's made around a function. */
export function runtimeWrapper(fn: AnyFunction, reading: FunctionReading): RuntimeWrapper | undefined {
  if (reading.location === undefined || reading.told !== undefined) return undefined;
  const url = scriptOf(reading.location)?.url;
  if (url === undefined || !url.startsWith('node:')) return undefined;
  const text = textOf(fn);
  const recipe = RECIPES.find((one) => one.url === url && text.startsWith(one.begins));
  const values = recipe?.values(reading);
  if (recipe === undefined || values === undefined) return undefined;
  const variables = Object.entries({ ...values, made: undefined }).map(
    ([name, value]): Variable => ({ name, value, isDead: false, scope: undefined, depth: -2 }),
  );
  return { facts: factsOf(recipe.text, false), variables };
}

/** What `util.debuglog` was called with. */
function debugSection(wrapper: FunctionReading): Readonly<Record<string, unknown>> | undefined {
  const set = captured('set', wrapper);
  if (typeof set !== 'string') return undefined;
  return { debuglog: node?.('node:util')?.debuglog, set, cb: captured('cb', wrapper) };
}

function captured(name: string, reading: FunctionReading): unknown {
  const variable = findVariable(name, reading);
  return variable?.scope === undefined ? undefined : variable.value;
}
