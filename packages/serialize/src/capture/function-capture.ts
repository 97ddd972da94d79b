import type { CodeFacts } from '../analyze/facts.js';
import { type FunctionReading, readFunctions } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import { instrumentedReading } from '../instrument/reading.js';
import { INTERNAL_NAMES } from '../model/code.js';
import { revivedFrom, type TiedVariable } from '../model/origin.js';
import type { AnyFunction } from '../model/ports.js';
import { STANDARD_GLOBALS } from '../references/globals.js';
import type { References } from '../references/port.js';
import { receiverOf } from './around.js';
import { askAround } from './asked.js';
import { removedSpans } from './class-text.js';
import { type CapturedClass, captureClass } from './classes.js';
import { codeString, factsOf } from './code.js';
import { ambientCounters } from './counters.js';
import { isStated, statedReading } from './explicit.js';
import { expressionNames } from './expression-names.js';
import { CaptureFailure } from './failure.js';
import { entranceOf } from './function-facts.js';
import type { Homes } from './home.js';
import { neededExports } from './import-objects.js';
import { type ImportBinding, importBinding } from './imports.js';
import { calledOnObjects, isSurelyHidden, withScopes } from './object-scopes.js';
import { recordOf } from './revived-code.js';
import { type RuntimeWrapper, runtimeWrapper } from './runtime-wrappers.js';
import { findInScript, scriptOf, urlOf } from './source-info.js';
import { elementValue, tiedVariables } from './tied-arguments.js';
import { findVariable, isWith, type Variable, visibleNames } from './variables.js';

/** A function, taken apart. */
export interface CapturedFunction {
  readonly code: string;
  readonly facts: CodeFacts;
  /** In the order of the code's `vars`. */
  readonly variables: readonly Variable[];
  readonly assigned: ReadonlySet<string>;
  /** Objects that are bound beside the variables: those of `with` statements, the home object, then `this`. */
  readonly bound: readonly unknown[];
  /** Variables that are elements of an arguments object. */
  readonly tied: readonly TiedVariable[];
  readonly naturalName: string;
  readonly capturedClass: CapturedClass | undefined;
  readonly privateStatics: readonly string[];
  /** The `this` of an arrow. */
  readonly thisValue: unknown;
}

const NOTHING_READ: FunctionReading = { location: undefined, scopes: [] };

const places = new WeakMap<
  CodeFacts,
  { readonly url: string | undefined; readonly line: number; readonly column: number }
>();

/** Whether the text alone says everything, so that the closure need not be read. */
export function isClosed(facts: CodeFacts): boolean {
  return (
    facts.free.size === 0 &&
    (facts.kind !== 'arrow' || (facts.outerThis.length === 0 && facts.outerNewTarget.length === 0)) &&
    facts.outerSuper.length === 0 &&
    !facts.usesSuper &&
    facts.importMeta.length === 0 &&
    facts.dynamicImports.length === 0 &&
    !facts.hasDirectEval &&
    !facts.modeSensitive &&
    !facts.assignsOwnName &&
    facts.kind !== 'class' &&
    facts.ownName === undefined &&
    facts.freePrivateNames.size === 0 &&
    facts.computedKey === undefined &&
    (places.has(facts) || !Inspector.isAvailable)
  );
}

/** Takes a function apart that was born here. */
export function captureFunction(
  fn: AnyFunction,
  facts: CodeFacts,
  reading: FunctionReading,
  references: References,
  homes: Homes,
  holderOf: () => object | undefined,
): CapturedFunction {
  const wrapper = runtimeWrapper(fn, reading);
  if (wrapper !== undefined) return ofWrapper(fn, wrapper);
  const { location } = reading;
  const variables: Variable[] = [];
  const imports = new Map<string, ImportBinding>();
  const needed = [...neededNames(facts, reading)];
  const names = expressionNames(needed, facts, reading, () => entranceOf(fn, facts));
  for (const [name, value] of names) variables.push({ name, value, isDead: false, scope: undefined, depth: -2 });
  for (const name of needed) {
    if (names.has(name)) continue;
    const variable = findVariable(name, reading);
    if (variable === undefined) {
      if (reading.stated !== undefined) requireGlobal(name);
      continue;
    }
    const binding = importBinding(variable, location, references);
    if (binding === undefined) variables.push(neededExports(ambientCounters(variable), facts));
    else imports.set(name, binding);
  }
  const dropOwnName = hasForeignName(fn, facts, reading, variables);
  const strict = isStrict(fn, facts, reading);
  const assigned = new Set<string>();
  for (const variable of variables) {
    const { name } = variable;
    if (isSurelyHidden(reading, variable)) continue;
    if (
      facts.hasDirectEval ||
      facts.free.get(name)?.assigned ||
      (dropOwnName && name === facts.ownName && facts.assignsOwnName)
    ) {
      assigned.add(name);
    }
  }
  const consts = constantsAmong(fn, variables, assigned, facts, reading);
  for (const i of consts) assigned.delete((variables[i] as Variable).name);

  const around = receiverOf(fn, facts, reading, variables, strict);
  const isInside = around.mode === 'inside' || around.mode === 'strict-inside';
  const live = variables.map((variable) => {
    if (around.receiver?.dead.has(variable.name)) return { ...variable, isDead: true };
    return isInside && variable.name === 'arguments' ? { ...variable, name: INTERNAL_NAMES.arguments } : variable;
  });
  const extra: Variable[] = [];
  const add = (name: string, value: unknown): void => {
    extra.push({ name, value, isDead: false, scope: undefined, depth: -2 });
  };
  if (around.mode === 'variable' || isInside) add(INTERNAL_NAMES.this, around.receiver?.thisValue);
  if (facts.outerNewTarget.length > 0 && facts.kind === 'arrow')
    add(INTERNAL_NAMES.newTarget, around.receiver?.newTarget);

  const withs = withScopes(fn, reading, live);
  const tied = tiedVariables(live);
  const bound: unknown[] = withs.map(({ object }) => object);
  if (around.mode === 'this+home') bound.push(homes.ofArrow(fn, facts, reading, around.receiver?.thisValue));
  if (around.mode === 'this' || around.mode === 'this+home') bound.push(around.receiver?.thisValue);
  if (facts.usesSuper) bound.push(homes.ofMethod(fn, facts, location, holderOf()));

  const capturedClass =
    facts.kind === 'class' ? captureClass(fn, facts, reading, (name) => isAmbient(name, reading)) : undefined;
  for (const [element, key] of capturedClass?.fieldKeys ?? []) add(`${INTERNAL_NAMES.fieldKey}${element}`, key);
  const name = ownNameValue(fn);
  const place = placeOf(facts, reading);
  const all = [...live, ...extra];
  const code = codeString(facts, {
    name,
    strict,
    vars: all.map((variable) => variable.name),
    consts,
    receiver: around.mode,
    newTarget: facts.outerNewTarget.length > 0 && facts.kind === 'arrow',
    dropOwnName,
    withs: withs.map(({ inner }) => inner),
    called: calledOnObjects(facts, live, withs, tied),
    imports,
    classPlan: capturedClass?.plan,
    ...place,
  });
  return {
    code,
    facts,
    variables: all,
    assigned,
    bound,
    tied,
    naturalName: naturalName(facts, name, dropOwnName),
    capturedClass,
    privateStatics: capturedClass?.plan.record.statics ?? [],
    thisValue: around.receiver?.thisValue,
  };
}

/** Takes a revived function apart once more: its code is known, only the values are read anew. */
export function recaptureFunction(fn: AnyFunction, reading: FunctionReading): CapturedFunction {
  const from = revivedFrom(fn) as NonNullable<ReturnType<typeof revivedFrom>>;
  const record = recordOf(from.codeId);
  const facts = factsOf(record.text, record.kind !== 'class' && record.kind !== 'arrow' && record.kind !== 'function');
  const variables = record.vars.map((name, i): Variable => {
    const found = findVariable(name, reading);
    if (found === undefined) return { name, value: undefined, isDead: true, scope: undefined, depth: -2 };
    const element = from.tied?.find(({ variable }) => variable === i);
    if (element !== undefined) return { ...found, value: elementValue(element, found.value) };
    return from.dead?.includes(i) ? { ...found, isDead: true } : found;
  });
  const consts = new Set((record.consts ?? []).map((i) => record.vars[i]));
  const assigned = new Set(
    record.vars.filter((name) => !consts.has(name) && (facts.hasDirectEval || facts.free.get(name)?.assigned)),
  );
  const { receiver } = from;
  const bound = [
    ...(from.withs ?? []),
    ...(receiver?.home ? [receiver.home] : []),
    ...(receiver?.thisValue ? [receiver.thisValue] : []),
  ];
  const capturedClass = record.kind === 'class' ? captureClass(fn, facts, undefined, () => false) : undefined;
  return {
    code: from.codeId,
    facts,
    variables,
    assigned,
    bound,
    tied: from.tied ?? [],
    naturalName: naturalName(facts, record.name ?? facts.textName ?? ownNameValue(fn), record.name !== undefined),
    capturedClass: capturedClass && {
      ...capturedClass,
      plan: { ...capturedClass.plan, record: record.class ?? capturedClass.plan.record },
    },
    privateStatics: record.class?.statics ?? [],
    thisValue: receiver?.thisValue,
  };
}

/** Reads the closures of functions, those that need it. @returns undefined for what cannot be read here. */
export function readAll(
  functions: readonly AnyFunction[],
  isNeeded: (fn: AnyFunction) => boolean,
): readonly (FunctionReading | undefined)[] {
  const told = functions.map((fn) => (isStated(fn) ? statedReading(fn) : instrumentedReading(fn)));
  const needed = functions.filter((fn, i) => told[i] === undefined && isNeeded(fn));
  if (needed.length === 0) return told.map((reading) => reading ?? NOTHING_READ);
  const readings = Inspector.isAvailable ? readFunctions(needed) : [];
  const byFunction = new Map(needed.map((fn, i) => [fn, readings[i]]));
  return functions.map((fn, i) => told[i] ?? (byFunction.has(fn) ? byFunction.get(fn) : NOTHING_READ));
}

/** A wrapper of the runtime's, as a function that makes it again. */
function ofWrapper(fn: AnyFunction, { facts, variables }: RuntimeWrapper): CapturedFunction {
  const name = ownNameValue(fn);
  const code = codeString(facts, {
    name,
    strict: true,
    vars: variables.map((variable) => variable.name),
    consts: [],
    receiver: 'none',
    newTarget: false,
    dropOwnName: false,
    withs: [],
    called: [],
    imports: new Map(),
    classPlan: undefined,
    url: undefined,
    line: undefined,
    column: undefined,
  });
  return {
    code,
    facts,
    variables,
    assigned: new Set(),
    bound: [],
    tied: [],
    naturalName: naturalName(facts, name, false),
    capturedClass: undefined,
    privateStatics: [],
    thisValue: undefined,
  };
}

function neededNames(facts: CodeFacts, reading: FunctionReading): Iterable<string> {
  if (facts.hasDirectEval) return new Set([...facts.free.keys(), ...visibleNames(reading)]);
  if (facts.kind !== 'class') return facts.free.keys();
  const removed = removedSpans(facts);
  return [...facts.free.values()]
    .filter(({ uses }) => uses.some((use) => !removed.some(([start, end]) => use.start >= start && use.end <= end)))
    .map(({ name }) => name);
}

/** Whether a name is what it is everywhere. */
function isAmbient(name: string, reading: FunctionReading): boolean {
  return findVariable(name, reading) === undefined && !reading.scopes.some(isWith);
}

/** A variable that the user forgot to state would be undeclared on the other side. */
function requireGlobal(name: string): void {
  if (STANDARD_GLOBALS.has(name) || name in globalThis) return;
  throw new CaptureFailure(`uses ${name}, which capture(fn, { … }) was not told`, `Add it: { ${name} }.`);
}

/**
 * Whether the name in the text is that of a declaration which was given another value: then the text must not
 * bind it, as a function expression would.
 */
function hasForeignName(fn: AnyFunction, facts: CodeFacts, reading: FunctionReading, variables: Variable[]): boolean {
  const { ownName } = facts;
  if (ownName === undefined || facts.kind !== 'function') return false;
  if (!facts.usesOwnName && !facts.hasDirectEval) return false;
  const variable = findVariable(ownName, reading);
  if (variable === undefined) return false;
  const found = findInScript(reading.location, facts.text);
  if (found?.isDeclaration !== true) return false;
  // While nobody can give the name another value, the binding of a function expression is as good.
  if (variable.value === fn && found.scope.lookup(ownName)?.binding.assigned === false) return false;
  variables.push(variable);
  return true;
}

function isStrict(fn: AnyFunction, facts: CodeFacts, reading: FunctionReading): boolean {
  if (facts.strict || reading.scopes.some(({ description }) => description === 'Module')) return true;
  // Up to Node 24 a sloppy function tells, at no cost.
  if (facts.kind === 'function' && !facts.async && !facts.generator) {
    if (Object.hasOwn(fn, 'caller')) return false;
    if (SLOPPY_FUNCTIONS_TELL) return true;
  }
  if (!facts.modeSensitive) return false;
  return askAround(fn, facts, reading)?.strict ?? findInScript(reading.location, facts.text)?.strict ?? false;
}

const SLOPPY_FUNCTIONS_TELL = doSloppyFunctionsTell();

function doSloppyFunctionsTell(): boolean {
  try {
    return Object.hasOwn(Function.prototype.constructor('') as object, 'caller');
  } catch {
    // Code generation is forbidden. Looking into the script is right, too.
    return false;
  }
}

function constantsAmong(
  fn: AnyFunction,
  variables: readonly Variable[],
  assigned: ReadonlySet<string>,
  facts: CodeFacts,
  reading: FunctionReading,
): readonly number[] {
  if (assigned.size === 0) return [];
  const asked = askAround(fn, facts, reading);
  if (asked !== undefined) return variables.flatMap(({ name }, i) => (asked.constants.has(name) ? [i] : []));
  const scope = findInScript(reading.location, facts.text)?.scope;
  const consts: number[] = [];
  variables.forEach(({ name, isDead }, i) => {
    const kind = assigned.has(name) ? scope?.lookup(name)?.binding.kind : undefined;
    if (!isDead && (kind === 'const' || kind === 'class-name' || kind === 'import')) consts.push(i);
  });
  return consts;
}

function placeOf(
  facts: CodeFacts,
  { location }: FunctionReading,
): { readonly url: string | undefined; readonly line: number; readonly column: number } {
  if (location === undefined) return places.get(facts) ?? { url: undefined, line: 0, column: 0 };
  const before = facts.text.slice(0, facts.locationOffset);
  const breaks = before.split(/\r\n|[\n\r\u2028\u2029]/).length - 1;
  const place = {
    url: urlOf(scriptOf(location)),
    line: location.lineNumber - breaks,
    column: breaks === 0 ? location.columnNumber - before.length : 0,
  };
  places.set(facts, place);
  return place;
}

function ownNameValue(fn: AnyFunction): string | undefined {
  const value: unknown = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The name that the revived code will have by itself. */
function naturalName(facts: CodeFacts, name: string | undefined, isDropped: boolean): string {
  return isDropped || facts.textName === undefined ? (name ?? '') : facts.textName;
}
