import type { CodeFacts } from '../analyze/facts.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { type WeakVariable, weakStateOf } from '../inspector/weak-state.js';
import {
  type BatchMeta,
  CLASS_KEY_PLACEHOLDER,
  type FunctionDetails,
  type FunctionMeta,
  type PrivatesOfClass,
} from '../model/code.js';
import { revivedFrom } from '../model/origin.js';
import type { AnyFunction, Capture, CapturedBatch, ExceptedClasses, Meta, Reference } from '../model/ports.js';
import { References } from '../references/port.js';
import { CaptureFailure, functionName, refusal } from './failure.js';
import { type CapturedFunction, captureFunction, isClosed, readAll, recaptureFunction } from './function-capture.js';
import { factsOfFunction } from './function-facts.js';
import { Homes } from './home.js';
import { originsOf } from './origins.js';
import { ownerOfPrivateNames } from './owner.js';
import { foreignPrivates, guestOfNamed, NO_PRIVATES, presentPrivates } from './present-privates.js';
import { type PrivateClass, privateClassesOf } from './private-classes.js';
import { privateStaticsOf } from './private-members.js';
import { classOfPrivateMethod, isPrivateMethod, keyOfPrivateMethod, PrivateMethods } from './private-methods.js';
import { captureProperties } from './properties.js';
import { SharedVariables } from './sharing.js';
import { type OwnedSlots, slotOwners } from './slot-owners.js';
import { placeText, scriptOf } from './source-info.js';
import { findStray } from './stray-privates.js';
import { TiedArguments } from './tied-arguments.js';
import { weakVariablesOf } from './weak-variables.js';

type PathOf = (fn: AnyFunction) => string;
type HolderOf = (fn: AnyFunction) => object | undefined;

interface Part extends OwnedSlots {
  readonly meta: FunctionMeta;
}

/** Captures the functions of one value. */
export class ValueCapture implements Capture {
  readonly #references: References;
  readonly #tellsOrigins: boolean;
  readonly #indices: Map<AnyFunction, number> = new Map();
  /** Methods that come with their class: the class and the member's index. */
  readonly #members: Map<AnyFunction, readonly [AnyFunction, number]> = new Map();
  /** Methods of those whose key is a symbol that the language does not define. */
  readonly #placed: Set<AnyFunction> = new Set();
  /** Methods that were met before their class, and can only come with it. */
  readonly #pending: Map<AnyFunction, AnyFunction> = new Map();
  readonly #privateMethods: PrivateMethods = new PrivateMethods();
  readonly #sharing: SharedVariables = new SharedVariables();
  readonly #namedClasses: Map<AnyFunction, readonly (readonly [Meta, readonly WeakVariable[]])[]> = new Map();
  readonly #homes: Homes = new Homes();
  readonly #tied: TiedArguments = new TiedArguments();
  /** How many private names each instance has that was asked for them. */
  readonly #nameCounts: Map<object, number> = new Map();
  /** Whether a class among the functions declares private members. */
  #readsPrivates = false;
  /** Functions that were captured on their own. */
  readonly #emitted: Set<AnyFunction> = new Set();
  /** Classes of instances, which are still to be met themselves. */
  #unnumbered: (readonly [fn: AnyFunction, waits: { set(index: number): void }])[] = [];
  /** Code that earlier batches brought is only referred to. */
  readonly #codeIndices: Map<string, number> = new Map();
  #codes: string[] = [];

  /**
   * @param references - Knows which functions need not be captured.
   * @param tellsOrigins - Whether to say who the functions are.
   */
  constructor(references: References, tellsOrigins: boolean) {
    this.#references = references;
    this.#tellsOrigins = tellsOrigins;
  }

  functions(functions: readonly AnyFunction[], pathOf: PathOf, holderOf?: HolderOf): CapturedBatch {
    this.#codes = [];
    const facts = new Map<AnyFunction, CodeFacts>();
    for (const fn of functions) this.#indices.set(fn, this.#indices.size);
    this.#unnumbered = this.#unnumbered.filter(([fn, waits]) => {
      const index = this.#indices.get(fn);
      if (index !== undefined) waits.set(index);
      return index === undefined;
    });
    for (const fn of functions) {
      if (revivedFrom(fn) === undefined)
        facts.set(
          fn,
          this.#guarded(fn, undefined, pathOf, () => factsOfFunction(fn)),
        );
    }
    const readings = readAll(functions, (fn) => {
      const known = facts.get(fn);
      return known === undefined || !isClosed(known);
    });
    const parts: Part[] = new Array(functions.length);
    // Classes first: methods that come with them need not come alone.
    const order = functions.map((_, i) => i);
    const isClass = (i: number): boolean => facts.get(functions[i] as AnyFunction)?.kind === 'class';
    order.sort((a, b) => Number(isClass(b)) - Number(isClass(a)) || a - b);
    for (const i of order) {
      const fn = functions[i] as AnyFunction;
      const reading = readings[i];
      parts[i] = this.#guarded(fn, reading, pathOf, () => {
        if (reading === undefined) throw unreadable(facts.get(fn));
        return this.#part(fn, facts.get(fn), reading, holderOf);
      });
    }
    const sharing = this.#sharing.settle((fn, body) =>
      this.#guarded(fn, readings[functions.indexOf(fn)], pathOf, body),
    );
    const tied = this.#tied.settle();
    const meta: BatchMeta = {
      codes: this.#codes,
      functions: parts.map((part) => part.meta),
      ...(sharing.length === 0 ? {} : { sharing }),
      ...tied.meta,
      ...this.#lateMembers(),
      ...(this.#tellsOrigins ? originsOf(functions, parts, this.#indices.size === functions.length) : {}),
    };
    return {
      meta: meta as unknown as Meta,
      slots: [...parts.flatMap((part) => part.slots), ...tied.slots],
      owners: () => slotOwners(functions, parts, readings),
    };
  }

  privateMembers(
    instance: object,
    classFunction: AnyFunction,
    except: ExceptedClasses | undefined,
  ): CapturedBatch | null | undefined {
    const declared = privateClassesOf(classFunction);
    const isMade = typeof except === 'function';
    const isExcepted = ({ fn }: PrivateClass): boolean =>
      isMade ? isOrExtends(except, fn) : except === 'built-in' && this.#isBuiltIn(fn);
    const named = isMade ? [] : this.#namedClassesOf(classFunction);
    if ((isMade ? declared.every(isExcepted) : declared.length === 0) && named.length === 0) return undefined;
    const { present, values, names } =
      declared.length === 0 ? NO_PRIVATES : presentPrivates(instance, declared, isExcepted);
    this.#nameCounts.set(instance, names);
    const fields = present.flatMap((one) => one.fields);
    const classes = present.map((one) => this.#privatesOf(one, new Set(fields).size < fields.length));
    const slots = [...values];
    for (const [reference, variables] of named) {
      const states = variables.map((variable) => [variable.name, weakStateOf(instance, variable)] as const);
      const held = states.filter(([, state]) => state !== undefined);
      if (held.length === 0) continue;
      classes.push({ fn: -1, reference, weak: held.map(([name]) => name), fields: held.length });
      slots.push(...held.map(([, state]) => state?.value));
    }
    if (classes.length === 0) return null;
    // Where a class was not met yet, its index is filled in when it is: before anything is written.
    return { meta: { classes } as unknown as Meta, slots };
  }

  #isBuiltIn(fn: AnyFunction): boolean {
    const reference = this.#references.find(fn)?.meta;
    return reference !== undefined && !References.isOfModule(reference);
  }

  findStray(objects: Iterable<object>, references: readonly Reference[]): object | undefined {
    const mayBeRead = this.#readsPrivates || references.some(({ meta }) => References.isOfModule(meta));
    if (!mayBeRead) return undefined;
    return findStray(objects, this.#nameCounts) ?? findStray(this.#emitted, this.#nameCounts);
  }

  #privatesOf({ fn, fields, isDerived }: PrivateClass, hasNamesTwice: boolean): PrivatesOfClass {
    const reference = this.#references.find(fn)?.meta;
    if (reference !== undefined) {
      if (isDerived || hasNamesTwice) throw foreignPrivates(fn);
      return { fn: -1, reference, names: fields, fields: fields.length, base: 1 as const };
    }
    const entry = {
      fn: this.#indices.get(fn) ?? -1,
      fields: fields.length,
      ...(isDerived ? {} : { base: 1 as const }),
    };
    const set = (index: number): void => {
      entry.fn = index;
    };
    if (entry.fn === -1) this.#unnumbered.push([fn, { set }]);
    return entry;
  }

  /** The classes on a chain that are found by name in a module, and that may keep state in weak collections there. */
  #namedClassesOf(
    classFunction: AnyFunction,
  ): readonly (readonly [reference: Meta, variables: readonly WeakVariable[]])[] {
    const known = this.#namedClasses.get(classFunction);
    if (known !== undefined) return known;
    const found: (readonly [Meta, readonly WeakVariable[]])[] = [];
    let at: unknown = classFunction;
    for (; typeof at === 'function' && at !== Function.prototype; at = Reflect.getPrototypeOf(at)) {
      const reference = this.#references.find(at)?.meta;
      if (reference === undefined || !References.isOfModule(reference)) continue;
      const variables = weakVariablesOf(at as AnyFunction);
      if (variables.length > 0) found.push([reference, variables]);
    }
    this.#namedClasses.set(classFunction, found);
    return found;
  }

  #guarded<T>(fn: AnyFunction, reading: FunctionReading | undefined, pathOf: PathOf, body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof CaptureFailure)) throw error;
      throw refusal(error, fn, pathOf(fn), reading && placeText(reading.location));
    }
  }

  #part(fn: AnyFunction, facts: CodeFacts | undefined, reading: FunctionReading, holderOf: HolderOf | undefined): Part {
    const script = scriptOf(reading.location);
    const path = script && this.#references.modules.findIn(script, fn);
    if (path !== undefined) return { meta: { reference: ['m', ...path] }, slots: [] };
    const member = this.#members.get(fn);
    if (member !== undefined) return this.#memberPart(fn, facts as CodeFacts, member);
    if (facts !== undefined && isPrivateMethod(facts)) {
      const owner = classOfPrivateMethod(fn, facts, reading, holderOf?.(fn), this.#indices.keys());
      if (owner !== undefined && this.#references.find(owner) === undefined) {
        return this.#privateMethodPart(fn, facts, owner);
      }
    }
    const isGuest = facts !== undefined && facts.freePrivateNames.size > 0 && facts.form === 'expression';
    if (facts !== undefined && facts.freePrivateNames.size > 0 && !isGuest)
      return this.#pendingPart(fn, facts, holderOf);

    this.#emitted.add(fn);
    const captured =
      facts === undefined
        ? recaptureFunction(fn, reading)
        : captureFunction(fn, facts, reading, this.#references, this.#homes, () => holderOf?.(fn));
    const dead: number[] = [];
    const names: string[] = [];
    const slots: unknown[] = [];
    captured.variables.forEach((variable, i) => {
      if (variable.isDead) dead.push(i);
      else {
        names.push(variable.name);
        slots.push(variable.value);
      }
    });
    slots.push(...captured.bound);
    this.#tied.add(this.#indices.get(fn) as number, captured.tied, captured.variables);
    if (captured.capturedClass !== undefined) {
      this.#addClass(fn, captured);
      this.#readsPrivates ||= captured.capturedClass.plan.record.hasPrivates === true;
    }
    const properties = captureProperties(fn, captured.facts, captured.naturalName, captured.capturedClass);
    slots.push(...properties.slots);
    this.#nameCounts.set(fn, captured.privateStatics.length);
    if (captured.privateStatics.length > 0) slots.push(...this.#privateStatics(fn, captured));
    if (captured.variables.length > 0) this.#witness(fn, captured, reading);
    const classAround = isGuest
      ? ownerOfPrivateNames(facts, reading.location, captured.thisValue, this.#indices.keys())
      : revivedFrom(fn)?.owner;
    const guest = classAround && this.#guest(classAround);
    if (guest?.owner !== undefined) slots.push(guest.owner);

    const code = this.#code(captured.code);
    const details: FunctionDetails = {
      code,
      ...(dead.length === 0 ? {} : { dead }),
      ...properties.details,
    };
    if (guest !== undefined) return { meta: Object.assign(guest.details, details), slots, names };
    return { meta: Object.keys(details).length === 1 ? code : details, slots, names };
  }

  #code(text: string): number {
    let index = this.#codeIndices.get(text);
    if (index === undefined) {
      index = this.#codeIndices.size;
      this.#codeIndices.set(text, index);
      this.#codes.push(text);
    }
    return index;
  }

  #addClass(fn: AnyFunction, captured: CapturedFunction): void {
    this.#privateMethods.add(fn, captured.capturedClass?.plan.record.members ?? []);
    for (const [member, index] of captured.capturedClass?.members ?? []) {
      if (this.#emitted.has(member)) continue;
      this.#members.set(member, [fn, index]);
      const key = captured.capturedClass?.plan.record.members[index]?.[2];
      if (key?.startsWith(CLASS_KEY_PLACEHOLDER)) this.#placed.add(member);
    }
  }

  #memberPart(fn: AnyFunction, facts: CodeFacts, [owner, index]: readonly [AnyFunction, number]): Part {
    const ownerIndex = this.#indices.get(owner) as number;
    // What stands for a symbol in the class's text is what the engine takes for the name there.
    const isPlaced = this.#placed.has(fn);
    const name = isPlaced ? CLASS_KEY_PLACEHOLDER : (facts.textName ?? functionName(fn));
    const properties = captureProperties(fn, facts, name, undefined);
    return { meta: { member: [ownerIndex, index], ...properties.details }, slots: properties.slots };
  }

  /** A private method is the one of its class, whether the walk has met that or not. */
  #privateMethodPart(fn: AnyFunction, facts: CodeFacts, owner: AnyFunction): Part {
    const member = this.#privateMethods.find(owner, keyOfPrivateMethod(facts));
    if (member !== undefined) return this.#memberPart(fn, facts, member);
    this.#pending.set(fn, owner);
    return { meta: { pending: 1 }, slots: [owner] };
  }

  /** A method that uses private names comes with its class, which the walk has not met yet. */
  #pendingPart(fn: AnyFunction, facts: CodeFacts, holderOf: HolderOf | undefined): Part {
    const holder = holderOf?.(fn);
    const owner: unknown =
      typeof holder === 'function' ? holder : holder && Reflect.getOwnPropertyDescriptor(holder, 'constructor')?.value;
    if (facts.form !== 'member' || typeof owner !== 'function') {
      throw new CaptureFailure(
        `uses the private name #${[...facts.freePrivateNames][0]} of a class around it`,
        'Send the class, or an instance, together with the function.',
      );
    }
    this.#pending.set(fn, owner as AnyFunction);
    return { meta: { pending: 1 }, slots: [owner] };
  }

  /** A function that uses private names is made inside of their class. */
  #guest(owner: AnyFunction): {
    readonly details: { guestOf: number; bringsOwner?: 1 };
    readonly owner: AnyFunction | undefined;
  } {
    if (this.#references.find(owner) !== undefined) throw guestOfNamed(owner);
    const index = this.#indices.get(owner);
    if (index !== undefined) return { details: { guestOf: index }, owner: undefined };
    const details: { guestOf: number; bringsOwner?: 1 } = { guestOf: -1, bringsOwner: 1 };
    this.#unnumbered.push([
      owner,
      {
        set: (found) => {
          details.guestOf = found;
        },
      },
    ]);
    return { details, owner };
  }

  #lateMembers(): Pick<BatchMeta, 'members'> {
    const members: (readonly [number, number, number])[] = [];
    for (const [fn, owner] of this.#pending) {
      const member = this.#members.get(fn) ?? this.#privateMethods.find(owner, functionName(fn));
      if (member === undefined) continue;
      this.#pending.delete(fn);
      members.push([this.#indices.get(fn) as number, this.#indices.get(member[0]) as number, member[1]]);
    }
    return members.length === 0 ? {} : { members };
  }

  #privateStatics(fn: AnyFunction, captured: CapturedFunction): readonly unknown[] {
    const found = new Map(privateStaticsOf(fn, captured.privateStatics).map(({ name, value }) => [name, value]));
    return captured.privateStatics.map((name) => found.get(name));
  }

  #witness(fn: AnyFunction, captured: CapturedFunction, { location, scopes }: FunctionReading): void {
    const variables = captured.variables.map((variable) =>
      // What stands for syntax belongs to this function alone.
      variable.depth === -2 ? { ...variable, isDead: true } : variable,
    );
    this.#sharing.add({
      index: this.#indices.get(fn) as number,
      fn,
      facts: captured.facts,
      scriptId: location?.scriptId ?? '',
      scopes,
      variables,
      assigned: captured.assigned,
      entrance: this.#entrance(fn, captured),
    });
  }

  /** A class cannot be entered; its methods see what it sees. */
  #entrance(fn: AnyFunction, captured: CapturedFunction): { readonly fn: AnyFunction; readonly facts: CodeFacts } {
    for (const method of captured.capturedClass?.members.keys() ?? []) {
      const facts = factsOfFunction(method);
      if (!facts.runsBeforeBody) return { fn: method, facts };
    }
    return { fn, facts: captured.facts };
  }
}

function unreadable(facts: CodeFacts | undefined): CaptureFailure {
  const names = [...(facts?.free.keys() ?? [])].join(', ');
  return new CaptureFailure(
    `uses ${names === '' ? 'what is around it' : names}, and the inspector, which would read it, is not available in this process`,
    'Allow it (--allow-inspector beside --permission), or name the variables: capture(fn, { … }).',
  );
}

/** Whether a class is another one, or inherits from it. */
function isOrExtends(cls: AnyFunction, other: AnyFunction): boolean {
  return cls === other || Object.prototype.isPrototypeOf.call(other, cls);
}
