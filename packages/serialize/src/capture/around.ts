import type { CodeFacts } from '../analyze/facts.js';
import type { FoundFunction } from '../analyze/lexical.js';
import type { FunctionLocation, FunctionReading } from '../inspector/scopes.js';
import { sourceOfScript } from '../instrument/scripts.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { CaptureFailure } from './failure.js';
import { thisShown } from './hidden-context.js';
import { isHiddenByWith } from './object-scopes.js';
import { mayPause, type Receiver, readReceiver, realmGlobal, toldReceiver } from './receiver.js';
import { findInScript } from './source-info.js';
import { findVariable, type Variable } from './variables.js';

/** Node 20 shows a variable in its temporal dead zone as undefined; later ones refuse to show it. */
const HIDES_DEAD_VARIABLES = typeof process === 'object' && Number(process.versions.node?.split('.')[0]) < 22;

/** What a function has from the function around it, and how its code gets that on the other side. */
export interface Around {
  readonly mode: 'none' | 'this' | 'this+home' | 'unknown' | 'variable' | 'inside' | 'strict-inside';
  readonly receiver: Receiver | undefined;
}

/** Reads `this` and its kin of an arrow, and which variables are in their temporal dead zone. */
export function receiverOf(
  fn: AnyFunction,
  facts: CodeFacts,
  reading: FunctionReading,
  variables: readonly Variable[],
  strict: boolean,
): Around {
  const suspects =
    HIDES_DEAD_VARIABLES && reading.stated === undefined && reading.told === undefined
      ? suspectsAmong(facts, reading, variables)
      : [];
  const isArrow = facts.kind === 'arrow';
  const wantsThis =
    isArrow && (facts.outerThis.length > 0 || facts.outerNewTarget.length > 0 || facts.outerSuper.length > 0);
  if (facts.callsOuterSuper) {
    throw new CaptureFailure(
      'calls super(…) of the constructor around it',
      'Only the constructor itself can do that, once.',
    );
  }
  if (isArrow && facts.hasDirectEval && !wantsThis && !isTopLevelOfModule(facts, reading)) {
    // The engine shows it to no debugger.
    const isAsked = reading.stated === undefined && reading.told === undefined;
    const shown = isAsked ? (thisOfCommonJs(facts, reading) ?? thisShown(fn)) : undefined;
    if (shown === undefined) return { mode: 'unknown', receiver: undefined };
    const receiver = { thisValue: shown.value, newTarget: undefined, dead: new Set<string>() };
    return { mode: inside(facts, strict, shown.value), receiver };
  }
  if (!wantsThis && (suspects.length === 0 || !mayPause(facts))) return { mode: 'none', receiver: undefined };
  if (wantsThis && suspects.length === 0 && isTopLevelOfModule(facts, reading)) {
    return { mode: 'none', receiver: { thisValue: undefined, newTarget: undefined, dead: new Set() } };
  }
  const receiver =
    reading.told !== undefined
      ? toldReceiver(reading.told)
      : reading.stated === undefined
        ? readReceiver(fn, facts, reading.scopes, suspects)
        : { thisValue: reading.stated.thisValue, newTarget: undefined, dead: new Set<string>() };
  if (!isArrow) return { mode: 'none', receiver };
  const { thisValue } = receiver;
  const usesArguments = facts.free.has('arguments');
  // Direct `eval` may use arguments that nothing in the text names.
  const mayUseArguments = usesArguments || (facts.hasDirectEval && facts.outerSuper.length === 0);
  const isPlain = isObject(thisValue) && (strict || !facts.modeSensitive) && !mayUseArguments;
  if (isPlain && (facts.outerNewTarget.length === 0 || facts.outerSuper.length > 0)) {
    return { mode: facts.outerSuper.length > 0 ? 'this+home' : 'this', receiver };
  }
  if (facts.outerSuper.length > 0) {
    throw new CaptureFailure('uses super together with arguments', 'Call the inherited method by its name.');
  }
  if (facts.outerThis.length === 0 && !facts.hasDirectEval) return { mode: 'none', receiver };
  if (thisValue === undefined && strict && !usesArguments) return { mode: 'none', receiver };
  if (!strict && thisValue === realmGlobal(reading.scopes)) return { mode: 'none', receiver };
  if (facts.hasDirectEval) {
    if (facts.outerNewTarget.length === 0) return { mode: inside(facts, strict, thisValue), receiver };
    throw new CaptureFailure('may read this in direct eval', 'Pass the object to the function instead.');
  }
  return { mode: 'variable', receiver };
}

/** Sloppy code has objects as `this` only, and no place in a class, where an arrow with free private names is put. */
function inside(facts: CodeFacts, strict: boolean, thisValue: unknown): 'inside' | 'strict-inside' {
  return strict && (!isObject(thisValue) || facts.freePrivateNames.size > 0) ? 'strict-inside' : 'inside';
}

function isTopLevelOfModule(facts: CodeFacts, reading: FunctionReading): boolean {
  if (!reading.scopes.some(({ description }) => description === 'Module')) return false;
  const found = findInScript(reading.location, facts.text);
  return found !== undefined && found.around === -1 && !isInClass(found) && facts.outerSuper.length === 0;
}

/** At the top of a CommonJS module `this` is what `exports` is, where nothing assigns that. */
function thisOfCommonJs(facts: CodeFacts, reading: FunctionReading): { readonly value: object } | undefined {
  const names = ['exports', 'require', 'module', '__filename'].map((name) => findVariable(name, reading));
  const [exports] = names;
  if (!isObject(exports?.value) || names.some((one) => one?.scope !== exports.scope)) return undefined;
  const found = findInScript(reading.location, facts.text);
  if (found === undefined || found.around !== -1 || isInClass(found)) return undefined;
  const source = sourceOfScript((reading.location as FunctionLocation).scriptId);
  return source === undefined || /(?:^|[^.\w$])exports\s*=(?!=)/.test(source) ? undefined : { value: exports.value };
}

/** An arrow in an initialiser has the `this` of the class or the instance. */
function isInClass({ scope }: FoundFunction): boolean {
  for (let at: FoundFunction['scope'] | undefined = scope; at !== undefined; at = at.parent) {
    if (at.kind === 'class') return true;
  }
  return false;
}

/** Names that read as undefined and may really be in their temporal dead zone. */
function suspectsAmong(facts: CodeFacts, reading: FunctionReading, variables: readonly Variable[]): readonly string[] {
  const undefinedNames = variables.filter(
    ({ name, value, scope }) =>
      value === undefined && scope !== undefined && !isHiddenByWith(reading.scopes, scope, name),
  );
  if (undefinedNames.length === 0) return [];
  const scope = findInScript(reading.location, facts.text)?.scope;
  return undefinedNames
    .filter(({ name }) => {
      const kind = scope?.lookup(name)?.binding.kind;
      return kind === 'let' || kind === 'const' || kind === 'class' || (kind === undefined && scope === undefined);
    })
    .map(({ name }) => name);
}
