import type { CodeRecord, Sharing } from '../model/code.js';
import {
  type FunctionFactory,
  functionFactoryOf,
  keyOfFunction,
  type ScopeFactory,
  scopeFactoryOf,
} from './code-cache.js';
import type { FunctionShape, ScopeShape } from './factory.js';

/** What is known of a function before it is made. */
export interface Plan {
  readonly index: number;
  readonly codeId: string;
  readonly record: CodeRecord;
  readonly dead: readonly number[];
  /** Functions that are made inside of this class. */
  readonly guests: Plan[];
  /** Objects around it have some of its names: of `with` statements, or an arguments object. */
  readonly inObjects: boolean;
  /** It is made inside of a class, not in the scope. */
  readonly isGuest: boolean;
}

/** A scope instance that several functions share. */
export interface SharedScope {
  readonly id: number;
  readonly depth: number;
  readonly vars: string[];
  /** Sets all variables at once. */
  set: null | ((values: readonly unknown[]) => void);
  readonly values: unknown[];
}

/** Where the variables of a function are bound that are not its own: variable index to scope and index there. */
export type SharedVars = ReadonlyMap<number, readonly [SharedScope, number]>;

interface Instance {
  readonly scope: SharedScope;
  readonly outer: Set<Instance>;
  readonly functions: Plan[];
  readonly inner: Instance[];
}

/**
 * Arranges shared scopes as they were nested, makes them, and hands out a factory for each function in them.
 *
 * @param sharing - All statements of the value, in order.
 * @param planOf - The plan of a function.
 * @param bind - Is told, for each function that shares variables, where they are bound; before any is made.
 * @param use - Is given each function's factory, once.
 */
export function buildSharedScopes(
  sharing: readonly Sharing[],
  planOf: (index: number) => Plan,
  bind: (bound: Bound) => void,
  use: (plan: Plan, factory: FunctionFactory) => void,
): void {
  const instances = new Map<number, Instance>();
  const bound = new Map<number, Map<number, readonly [SharedScope, number]>>();
  const chains = new Map<number, Set<Instance>>();
  for (const { scope: id, depth, fn, vars } of sharing) {
    let instance = instances.get(id);
    if (instance === undefined) {
      const scope: SharedScope = { id, depth, vars: [], set: null, values: [] };
      instance = { scope, outer: new Set(), functions: [], inner: [] };
      instances.set(id, instance);
    }
    const { record } = planOf(fn);
    const places = bound.get(fn) ?? new Map<number, readonly [SharedScope, number]>();
    bound.set(fn, places);
    for (const i of vars) {
      const name = record.vars[i] as string;
      let at = instance.scope.vars.indexOf(name);
      if (at === -1) at = instance.scope.vars.push(name) - 1;
      places.set(i, [instance.scope, at]);
    }
    const chain = chains.get(fn) ?? new Set<Instance>();
    chains.set(fn, chain);
    chain.add(instance);
  }

  for (const [fn, chain] of chains) {
    const inwards = [...chain].sort(outermostFirst);
    inwards.forEach((instance, i) => {
      for (const outer of inwards.slice(0, i)) instance.outer.add(outer);
    });
    const plan = planOf(fn);
    if (!plan.isGuest) inwards.at(-1)?.functions.push(plan);
  }
  // All scopes around one scope lie around each other too: what one function knows, all in it share.
  const roots: Instance[] = [];
  for (const instance of [...instances.values()].sort(outermostFirst).reverse()) {
    const outwards = [...instance.outer].sort(outermostFirst).reverse();
    const parent = outwards[0];
    if (parent === undefined) roots.push(instance);
    else {
      parent.inner.push(instance);
      for (const outer of outwards.slice(1)) parent.outer.add(outer);
    }
  }
  bind(bound);
  for (const root of roots) {
    const { key, shape } = shapeOf(root, bound);
    make(root, shape, scopeFactoryOf(key, shape), bound, use);
  }
}

function outermostFirst(a: Instance, b: Instance): number {
  return a.scope.depth - b.scope.depth;
}

/** Where the shared variables of functions are bound. */
export type Bound = ReadonlyMap<number, SharedVars>;

/** The shape of a function, with that of its guests: one for each piece of code. */
export function functionShape(plan: Plan, bound: Bound): FunctionShape {
  const shape = {
    code: plan.record,
    id: plan.codeId,
    dead: plan.dead,
    ...(plan.inObjects ? { inObjects: true as const } : {}),
    shared: new Set(bound.get(plan.index)?.keys() ?? []),
  };
  if (plan.guests.length === 0) return shape;
  const guests = new Map(
    plan.guests.map((guest) => functionShape(guest, bound)).map((one) => [keyOfFunction(one), one]),
  );
  return { ...shape, guests: [...guests.values()] };
}

function keyed(shape: FunctionShape): { readonly key: string; readonly shape: FunctionShape } {
  return { key: keyOfFunction(shape), shape };
}

/** The shape of a scope: instances of one shape share one factory. */
function shapeOf(instance: Instance, bound: Bound): { readonly key: string; readonly shape: ScopeShape } {
  const functions = distinct(instance.functions.map((plan) => keyed(functionShape(plan, bound))));
  const scopes = distinct(instance.inner.map((inner) => shapeOf(inner, bound)));
  const place = (shape: FunctionShape): number => (shape.code.line ?? 0) * 1e4 + (shape.code.column ?? 0);
  functions.sort((a, b) => place(a.shape) - place(b.shape));
  return {
    key: JSON.stringify([instance.scope.vars, functions.map(({ key }) => key), scopes.map(({ key }) => key)]),
    shape: {
      vars: instance.scope.vars,
      functions: functions.map(({ shape }) => shape),
      scopes: scopes.map(({ shape }) => shape),
    },
  };
}

function distinct<S>(items: readonly { readonly key: string; readonly shape: S }[]): { key: string; shape: S }[] {
  return [...new Map(items.map((item) => [item.key, item])).values()];
}

function make(
  instance: Instance,
  shape: ScopeShape,
  factory: ScopeFactory,
  bound: Bound,
  use: (plan: Plan, factory: FunctionFactory) => void,
): void {
  const [set, ...factories] = factory();
  instance.scope.set = set;
  const functionKeys = shape.functions.map(keyOfFunction);
  for (const plan of instance.functions) {
    const at = functionKeys.indexOf(keyOfFunction(functionShape(plan, bound)));
    use(plan, factories[at] as FunctionFactory);
  }
  const scopeKeys = shape.scopes.map((inner) => keyOfShape(inner));
  for (const inner of instance.inner) {
    const at = scopeKeys.indexOf(shapeOf(inner, bound).key);
    make(inner, shape.scopes[at] as ScopeShape, factories[shape.functions.length + at] as ScopeFactory, bound, use);
  }
}

function keyOfShape(shape: ScopeShape): string {
  return JSON.stringify([shape.vars, shape.functions.map(keyOfFunction), shape.scopes.map(keyOfShape)]);
}

/** The factory of a function that shares nothing. */
export function ownFactory(plan: Plan): FunctionFactory {
  return functionFactoryOf(functionShape(plan, NOTHING));
}

const NOTHING: Bound = new Map();
