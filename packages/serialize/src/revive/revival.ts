import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import {
  type BatchMeta,
  CLASS_KEY_PLACEHOLDER,
  type ClassRecord,
  type CodeRecord,
  type FunctionDetails,
  hasHook,
  PROPERTY,
  type PropertyOperations,
  type Sharing,
} from '../model/code.js';
import { functionOf, isAtHome, isOrigin, isOwn, type Origin, recognise, threadOf } from '../model/identity.js';
import { type RevivedFrom, remember, revivedFrom, type TiedVariable } from '../model/origin.js';
import type { AnyFunction, Meta, Revival } from '../model/ports.js';
import { codeOf, type FunctionFactory, type KnownCode, keyOfFunction } from './code-cache.js';
import type { Made } from './compile.js';
import { forwardingPrototype } from './home.js';
import { importedValue } from './imported-value.js';
import { allocateInstance, type ClassHook, fillPrivateMembers, hookOf } from './instances.js';
import { memberOf } from './members.js';
import { tiedArguments, withObject } from './object-scope.js';
import { applyProperties } from './properties.js';
import { buildSharedScopes, functionShape, ownFactory, type Plan, type SharedVars } from './shared-scopes.js';

/** A function while it is being revived. */
interface Revived extends Plan {
  readonly origin: Origin | undefined;
  /** The thread that wrote the payload. */
  readonly sender: string | undefined;
  /** The function was here already, and stays as it is. */
  isOriginal: boolean;
  /** The class was revived before. */
  isReused: boolean;
  readonly record: CodeRecord;
  readonly details: FunctionDetails;
  inObjects: boolean;
  /** Which of its variables are elements of an arguments object. */
  tied: TiedVariable[];
  readonly known: KnownCode | undefined;
  fn: AnyFunction | undefined;
  made: Made | undefined;
  /** The rest of a factory that binds constants. */
  rest: Generator<Made, void, readonly unknown[]> | undefined;
  literal: object | undefined;
  hook: ClassHook | undefined;
  from: RevivedFrom | undefined;
}

const NO_CODE: CodeRecord = { kind: 'function', text: '', vars: [] };

/** Revives the functions of one value. */
export class ValueRevival implements Revival {
  readonly #resolve: (reference: Meta) => object | symbol;
  readonly #batches: Revived[][] = [];
  readonly #codes: string[] = [];
  #sender: string | undefined;
  readonly #functions: Revived[] = [];
  /** For each batch, which variables are elements of arguments objects. */
  readonly #tied: NonNullable<BatchMeta['tied']>[] = [];
  #shared: ReadonlyMap<number, SharedVars> = new Map();

  /** @param resolve - Finds a value by its reference. */
  constructor(resolve: (reference: Meta) => object | symbol) {
    this.#resolve = resolve;
  }

  allocate(metas: readonly Meta[]): readonly AnyFunction[] {
    const sharing: Sharing[] = [];
    const later: (readonly [number, number, number])[] = [];
    for (const meta of metas as unknown as readonly BatchMeta[]) {
      this.#read(meta, sharing);
      for (const [fn] of meta.tied ?? []) this.#at(fn).inObjects = true;
      this.#tied.push(meta.tied ?? []);
      later.push(...(meta.members ?? []));
    }
    const sharers = new Set(sharing.map(({ fn }) => fn));
    for (const one of this.#functions)
      if (one.details.guestOf !== undefined) this.#at(one.details.guestOf).guests.push(one);
    for (const one of this.#functions) this.#recognise(one, sharers.has(one.index));
    const present = sharing.filter(({ fn }) => this.#at(fn).fn === undefined);
    if (present.length > 0) {
      buildSharedScopes(
        present,
        (index) => this.#at(index),
        (bound) => {
          this.#shared = bound;
        },
        (plan, factory) => this.#make(plan as Revived, factory),
      );
    }
    for (const one of this.#functions) {
      if (one.details.reference !== undefined) one.fn = this.#resolve(one.details.reference) as AnyFunction;
      else if (one.known !== undefined && one.fn === undefined && !one.isGuest) this.#make(one, ownFactory(one));
    }
    const members: (readonly [number, number, number])[] = [...later];
    for (const { index, details } of this.#functions) if (details.member) members.push([index, ...details.member]);
    for (const [index, ownerIndex, member] of members) {
      const owner = this.#at(ownerIndex);
      this.#makeMember(this.#at(index), owner, member);
    }
    for (const { fn, known, isOriginal } of this.#functions) {
      if (fn !== undefined && !isOriginal && known?.record.class !== undefined) tidyClass(fn, known.record.class);
    }
    if (this.#functions.some(({ fn }) => fn === undefined)) throw damaged('a member of a class is missing');
    return this.#functions.map(({ fn }) => fn as AnyFunction);
  }

  fill(slots: readonly (readonly unknown[])[]): void {
    const last: (() => void)[] = [];
    this.#batches.forEach((batch, i) => {
      const values = slots[i] ?? [];
      let at = 0;
      const next = (): unknown => {
        if (at >= values.length) throw damaged('a function has fewer variables than its code names');
        return values[at++];
      };
      for (const one of batch) this.#fill(one, next, last);
      for (const [fn, ...pairs] of this.#tied[i] ?? []) {
        const object = objectOf(next());
        this.#at(fn).tied.push(...pairs.map(([variable, element]) => ({ variable, element, object })));
      }
    });
    for (const one of this.#functions) bindObjects(one);
    for (const scope of new Set(
      [...this.#shared.values()].flatMap((vars) => [...vars.values()].map(([scope]) => scope)),
    )) {
      scope.set?.(scope.values);
    }
    // Extensibility ends when all is in place.
    for (const finish of last) finish();
  }

  allocateInstance(meta: Meta): object | undefined {
    return allocateInstance(meta, (index) => this.#at(index), this.#resolve);
  }

  fillPrivateMembers(instance: object, meta: Meta, slots: readonly unknown[]): void {
    fillPrivateMembers(instance, meta, slots, (index) => this.#at(index), this.#resolve);
  }

  #read(meta: BatchMeta, sharing: Sharing[]): void {
    const batch: Revived[] = [];
    this.#codes.push(...meta.codes);
    this.#sender ??= meta.thread;
    for (const entry of meta.functions) {
      const details: FunctionDetails = typeof entry === 'number' ? { code: entry } : entry;
      const codeId = details.code === undefined ? '' : this.#codes[details.code];
      if (codeId === undefined) throw damaged('a function names code that is not there');
      const known = codeId === '' ? undefined : codeOf(codeId, this.#import);
      const one: Revived = {
        record: known?.record ?? NO_CODE,
        origin: originAt(this.#sender, meta.origins?.[batch.length]),
        sender: this.#sender,
        isOriginal: false,
        isReused: false,
        index: this.#functions.length,
        codeId,
        dead: details.dead ?? [],
        guests: [],
        isGuest: details.guestOf !== undefined,
        inObjects: known?.record.withs !== undefined,
        tied: [],
        details,
        known,
        fn: undefined,
        made: undefined,
        rest: undefined,
        literal: undefined,
        hook: undefined,
        from: undefined,
      };
      batch.push(one);
      this.#functions.push(one);
    }
    this.#batches.push(batch);
    if (meta.sharing !== undefined) sharing.push(...meta.sharing);
  }

  readonly #import = (url: string, exported: string): unknown => importedValue(this.#resolve, url, exported);

  /**
   * Finds a function that is here already: one that comes home, or a class that was sent before. The class is given
   * its variables and statics once more, as they are now; what is at home is left alone.
   */
  #recognise(one: Revived, isSharing: boolean): void {
    const { origin, record } = one;
    const fn = origin === undefined ? undefined : functionOf(origin);
    if (origin === undefined || fn === undefined) return;
    const from = revivedFrom(fn);
    // In a forked process, what the parent has sent there before has a name that was this thread's, too.
    if (isAtHome(origin) && (from === undefined || isOwn(origin))) {
      // A copy that is made where the original is, is a copy, but for classes: their instances are instances.
      // Nor can an instance with private fields be made of the class at home without running code of the user's.
      const isCopy = record.class === undefined || record.class.hasPrivates === true;
      if (isCopy && one.sender === threadOf(origin)) return;
      one.fn = fn;
      one.isOriginal = true;
      return;
    }
    // Functions that are made inside of a class need its body to be evaluated.
    if (record.class === undefined || isSharing || one.guests.length > 0 || from?.codeId !== one.codeId) return;
    one.fn = fn;
    one.from = from;
    one.isReused = true;
    one.made = from.made as Made | undefined;
    one.hook = from.hook as ClassHook | undefined;
  }

  #at(index: number): Revived {
    const one = this.#functions[index];
    if (one === undefined) throw damaged('a function refers to another that is not there');
    return one;
  }

  #make(one: Revived, factory: FunctionFactory): void {
    const { record, environment } = one.known as KnownCode;
    const answer = factory(environment);
    if (Array.isArray(answer)) one.made = answer as unknown as Made;
    else {
      one.rest = answer as Generator<Made, void, readonly unknown[]>;
      one.made = one.rest.next().value as Made;
    }
    const [made] = one.made;
    if (typeof made === 'function') one.fn = made;
    else {
      one.literal = made as object;
      one.fn = soleMember(one.literal);
    }
    if (record.class !== undefined && hasHook(record.class)) one.hook = hookOf(one.fn, environment);
    one.from = { codeId: one.codeId, dead: one.dead };
    if (record.class !== undefined) Object.assign(one.from, { made: one.made, hook: one.hook });
    remember(one.fn, one.from);
    if (one.origin !== undefined && !isOwn(one.origin)) recognise(one.fn, one.origin);
    if (one.guests.length > 0) this.#makeGuests(one, environment.guests);
  }

  #makeMember(one: Revived, owner: Revived, member: number): void {
    const { origin } = one;
    // A class that is here already has lost the keys that stood for symbols.
    const isHere = owner.isOriginal || owner.isReused;
    one.isOriginal = owner.isOriginal;
    one.fn =
      (isHere && origin !== undefined ? functionOf(origin) : undefined) ??
      memberOf(owner, owner.known?.record.class?.members[member]);
    if (one.fn !== undefined && origin !== undefined && !isOwn(origin)) recognise(one.fn, origin);
  }

  #makeGuests(owner: Revived, key: symbol): void {
    const K = owner.fn as AnyFunction;
    const factories = Reflect.get(K, key) as readonly FunctionFactory[];
    Reflect.deleteProperty(K, key);
    const keys = (functionShape(owner, this.#shared).guests ?? []).map(keyOfFunction);
    for (const guest of owner.guests) {
      this.#make(
        guest as Revived,
        factories[keys.indexOf(keyOfFunction(functionShape(guest, this.#shared)))] as FunctionFactory,
      );
      if ((guest as Revived).from !== undefined) ((guest as Revived).from as RevivedFrom).owner = K;
    }
  }

  #fill(one: Revived, next: () => unknown, last: (() => void)[]): void {
    const { details, known, made } = one;
    if (one.isOriginal) {
      for (let left = slotCount(one); left > 0; left--) next();
      return;
    }
    const fn = one.fn as AnyFunction;
    const record: CodeRecord | undefined = known?.record;
    if (record !== undefined && made !== undefined) {
      const values: unknown[] = [];
      const shared = this.#shared.get(one.index);
      record.vars.forEach((_, i) => {
        if (one.dead.includes(i)) return;
        const value = next();
        values[i] = value;
        const place = shared?.get(i);
        if (place !== undefined) place[0].values[place[1]] = value;
      });
      made[2]?.(values);
      one.rest?.next(values);
      if (record.withs !== undefined && one.from) one.from.withs = record.withs.map(() => objectOf(next()));
      const late = made[1];
      if (late !== null) {
        const home = record.receiver === 'this+home' ? objectOf(next()) : undefined;
        if (home !== undefined) Object.setPrototypeOf(late[1], forwardingPrototype(home));
        const thisValue = objectOf(next());
        late[0](thisValue);
        if (one.from) one.from.receiver = home === undefined ? { thisValue } : { thisValue, home };
      }
      if (record.home) {
        const home = objectOf(next());
        Object.setPrototypeOf(one.literal as object, forwardingPrototype(home));
        if (one.from) one.from.receiver = { home };
      }
    }
    if (details.prototype === 1) {
      const prototype = next() as object | null;
      Object.setPrototypeOf(fn, prototype);
      if (record?.class?.derived) linkPrototypes(fn, prototype);
    } else if (record?.class?.extendsNull) {
      Object.setPrototypeOf(fn, Function.prototype);
    }
    if (details.properties !== undefined) {
      // A class that was sent before is frozen by now: then nothing of it can have changed.
      const target = Object.isExtensible(fn) ? fn : function discarded() {};
      applyProperties(target, details.properties, next);
      if (details.properties.sealed === 1) last.push(() => void Object.preventExtensions(fn));
    }
    if (details.prototypeObject !== undefined) {
      const own = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value as object;
      const object = Object.isExtensible(own) ? own : {};
      Object.setPrototypeOf(object, next() as object | null);
      applyProperties(object, details.prototypeObject, next);
      if (details.prototypeObject.sealed === 1) last.push(() => void Object.preventExtensions(object));
    }
    if (record?.class?.statics !== undefined) one.hook?.setStatics(record.class.statics.map(() => next()));
    if (details.bringsOwner === 1 || details.pending === 1) next();
  }
}

/** How many slots a function has. */
function slotCount({ details, dead, record, known }: Revived): number {
  const listed = (operations: PropertyOperations | undefined): number =>
    (operations?.list ?? []).reduce(
      (sum, [key, flags]) => sum + (key === 0 ? 1 : 0) + (flags & PROPERTY.accessor ? 2 : 1),
      0,
    );
  const code = known === undefined ? 0 : record.vars.length - dead.length;
  const withs = record.withs?.length ?? 0;
  const receiver = record.receiver === 'this+home' ? 2 : record.receiver === 'this' ? 1 : 0;
  return (
    code +
    withs +
    receiver +
    (record.home ? 1 : 0) +
    (details.prototype === 1 ? 1 : 0) +
    listed(details.properties) +
    (details.prototypeObject === undefined ? 0 : 1 + listed(details.prototypeObject)) +
    (record.class?.statics?.length ?? 0) +
    (details.bringsOwner === 1 || details.pending === 1 ? 1 : 0)
  );
}

/** Tells a function which objects are around it. */
function bindObjects({ made, from, record, tied, isOriginal }: Revived): void {
  if (made?.[3] === undefined || from === undefined || isOriginal) return;
  const objects = new Map<object, Map<string, number>>();
  for (const { variable, object, element } of tied) {
    const elements = objects.get(object) ?? new Map<string, number>();
    objects.set(object, elements.set(record.vars[variable] as string, element));
  }
  from.tied = tied;
  const withs = record.withs ?? [];
  const named = withs.map((inner, i) =>
    withObject(from.withs?.[i] as object, new Set(inner.map((at) => record.vars[at] as string))),
  );
  // A parameter is hidden by a statement in its function, and inside of one around that.
  made[3]([...named, ...[...objects].map(([object, elements]) => tiedArguments(object, elements))]);
}

/** Takes away what only served to evaluate a class. */
function tidyClass(fn: AnyFunction, { members }: ClassRecord): void {
  const prototype = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value as object;
  for (const [isStatic, , key] of members) {
    if (key.startsWith(CLASS_KEY_PLACEHOLDER)) Reflect.deleteProperty(isStatic === 1 ? fn : prototype, key);
  }
}

/** A class was evaluated over a stand-in for its superclass. */
function linkPrototypes(fn: AnyFunction, parent: object | null): void {
  const own = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value as object;
  const above = parent === null ? undefined : Reflect.getOwnPropertyDescriptor(parent, 'prototype');
  if (above !== undefined && 'value' in above) Object.setPrototypeOf(own, above.value as object | null);
}

function soleMember(literal: object): AnyFunction {
  const key = Reflect.ownKeys(literal)[0] as PropertyKey;
  const descriptor = Reflect.getOwnPropertyDescriptor(literal, key) as PropertyDescriptor;
  return (descriptor.value ?? descriptor.get ?? descriptor.set) as AnyFunction;
}

function originAt(thread: string | undefined, origin: number | string | undefined): Origin | undefined {
  const text = typeof origin === 'number' && origin > 0 ? `${thread}:${origin}` : origin;
  return isOrigin(text) ? text : undefined;
}

function objectOf(value: unknown): object {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value;
  throw damaged('an object is missing');
}

function damaged(what: string): SerializeError {
  return new SerializeError(SERIALIZE_ERROR_CODES.damaged, `The payload's code is damaged: ${what}.`);
}
