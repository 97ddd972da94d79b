/**
 * Where the two halves of the serializer meet: the value engine (`kinds`, `wire`) and the code
 * engine (`analyze`, `capture`, `revive`).
 *
 * The value engine walks and writes values. It knows nothing of source text, scopes or the inspector: whatever
 * needs them it asks through these interfaces, and where a port is missing (a browser, a decoder of
 * data only) the value is refused with a `SerializeError`.
 */

/** Any function or class. */
// biome-ignore lint/complexity/noBannedTypes: exactly what is meant: everything whose typeof is 'function'
export type AnyFunction = Function;

/**
 * Data that the code engine writes and reads itself: plain objects, arrays, strings, numbers, booleans, null.
 * The value engine carries it as it is.
 */
export type Meta = null | boolean | number | string | readonly Meta[] | { readonly [key: string]: Meta };

/**
 * How a value is found on the other side without being sent: an intrinsic (`%Array.prototype%`), a
 * built-in module's member, an export of a module that the other side can load.
 */
export interface Reference {
  /** Which of the code engine's kinds of reference it is, and the names along the way. */
  readonly meta: Meta;
}

/** What was found out about a batch of functions. */
export interface CapturedBatch {
  /**
   * Code, scopes and structure. Says which of {@link slots} belongs where.
   *
   * Each piece of code is one string in it, the same string for the same code: a session sends a
   * string of more than a few characters once and refers to it after that.
   */
  readonly meta: Meta;
  /** Live values, to be encoded like any other: captured variables, `this`, static members, own properties. */
  readonly slots: readonly unknown[];
  /** Whose each slot is, in their order: for error messages. */
  readonly owners?: () => Iterable<SlotOwner>;
}

/** What a slot is to a function. */
export interface SlotOwner {
  readonly fn: AnyFunction;
  /** `<captured counter>`, as a step of a path. */
  readonly part: string;
  /** The same in a sentence, with the place of the function; `undefined` where there is no more to say. */
  readonly describe: () => string | undefined;
}

/**
 * Classes that say by other means what they keep in private members: built-in ones, whose members are of a kind, or a class of
 * which a reducer makes objects, and what that extends.
 */
export type ExceptedClasses = 'built-in' | AnyFunction;

/** One encoded value's view of the code engine: it lives as long as one call of `serialize`. */
export interface Capture {
  /**
   * Captures functions by value. Called with every function that the walk met and that has no
   * {@link ReferencePort.find reference}, in batches, because the inspector answers many at the price of one.
   * Walking the slots may meet further functions, which are captured in a further batch.
   *
   * @param functions - New functions; the n-th function ever passed has index n in all metas of this value.
   * @param pathOf - Where a function was met, for error messages. Called only when something fails.
   * @param holderOf - The object of which the function was first met as a property. `super` in a method means
   *   the prototype of that object, and the engine shows it nowhere. Called only for methods that use `super`.
   * @throws SerializeError that names the path, the function, its file and line.
   */
  functions(
    functions: readonly AnyFunction[],
    pathOf: (fn: AnyFunction) => string,
    holderOf?: (fn: AnyFunction) => object | undefined,
  ): CapturedBatch;

  /**
   * The private members of an instance of `classFunction`. The meta is complete when all functions are captured.
   *
   * @param except - Classes whose private members travel otherwise.
   * @returns `undefined` where the class and its ancestors declare none, and `null` where only this object has none.
   */
  privateMembers(
    instance: object,
    classFunction: AnyFunction,
    except: ExceptedClasses | undefined,
  ): CapturedBatch | null | undefined;

  /**
   * Finds an object that has private members which {@link privateMembers} did not tell of: a class gave them to it by a
   * base class that returns its argument, or the object got another prototype. To be asked when all is written.
   *
   * @param objects - All objects of the value.
   * @param references - What travels by name.
   * @returns `undefined` where there is none, and where nothing in the value could read such members.
   */
  findStray(objects: Iterable<object>, references: readonly Reference[]): object | undefined;
}

/** The encoding half of the code engine. */
export interface CapturePort {
  /**
   * Begins one value.
   *
   * @param canonical - Whether equal values must give equal metas: who the functions are is then left out.
   */
  begin(canonical?: boolean): Capture;
}

/** One decoded value's view of the code engine. */
export interface Revival {
  /**
   * Makes the functions of all batches, not yet usable: they have their identity, and nothing is filled in.
   * Called before any slot is decoded.
   *
   * @returns The functions, by index.
   */
  allocate(metas: readonly Meta[]): readonly AnyFunction[];
  /**
   * Makes the instance that {@link Capture.privateMembers} described, where only construction can give an object its
   * private members: those of a class that extends nothing. Called before the instance is decoded, after {@link allocate}.
   *
   * @returns An object with its private members, no properties, and any prototype; `undefined` where
   *   {@link fillPrivateMembers} installs the members on any object.
   */
  allocateInstance(meta: Meta): object | undefined;
  /** Fills in the decoded slots of the batches, in the order of the metas. Called once, when all values exist. */
  fill(slots: readonly (readonly unknown[])[]): void;
  /** Adds the private members that {@link Capture.privateMembers} found, without running user code. */
  fillPrivateMembers(instance: object, meta: Meta, slots: readonly unknown[]): void;
}

/** The decoding half of the code engine. Given to a decoder only where the payload is trusted. */
export interface RevivePort {
  /** Begins one value. */
  begin(): Revival;
}

/** Values that travel by name. */
export interface ReferencePort {
  /** How the other side finds `value` without it being sent; `undefined` where it must travel by value. */
  find(value: object | symbol): Reference | undefined;
  /** Whether resolving the reference can run no code of anybody's: a realm intrinsic, not a module. */
  isInert(reference: Reference): boolean;
  /** What must be awaited before {@link resolve}: loading a module. `undefined` where there is nothing. */
  prepare(reference: Reference): Promise<void> | undefined;
  /** The value. @throws SerializeError where it does not exist here. */
  resolve(reference: Reference): object | symbol;
}

/** Where an iterator of an array, or of anything like one, stands. */
export interface ArrayIteratorState {
  readonly kind: 'keys' | 'values' | 'entries';
  /** The index of what it gives out next. */
  readonly index: number;
  /** Whether it came to the end, and stays there. */
  readonly isFinished: boolean;
  /** Whether an element that it gave out may be an accessor. */
  readonly mayHaveAccessors: boolean;
}

/** Reads internal slots that the language hides. Never runs user code: no getter, no trap. */
export interface IntrospectionPort {
  /** The parts of a bound function, or `undefined` for any other function. */
  boundFunction(
    fn: AnyFunction,
  ): { readonly target: AnyFunction; readonly boundThis: unknown; readonly boundArgs: readonly unknown[] } | undefined;
  /** The parts of a proxy; target and handler are null when it is revoked. */
  proxy(proxy: object): { readonly target: object | null; readonly handler: object | null };
  /**
   * The proxy that a function of `Proxy.revocable` revokes; `null` where it did, `undefined` for other functions, and where the proxy
   * is not among the candidates.
   */
  revocableBy(fn: AnyFunction, candidates: readonly object[]): object | null | undefined;
  /** How a promise stands. */
  promise(
    promise: Promise<unknown>,
  ): { readonly state: 'pending' } | { readonly state: 'fulfilled' | 'rejected'; readonly result: unknown };
  /** Keys and values of a weak collection, in no particular order. */
  weakEntries(collection: WeakMap<WeakKey, unknown> | WeakSet<WeakKey>): readonly (readonly [WeakKey, unknown])[];
  /** The remaining state of a built-in iterator, or `undefined` where it cannot be known. */
  iterator(iterator: object): { readonly kind: string; readonly remaining: readonly unknown[] } | undefined;
  /** All objects that inherit from one. Runs a full garbage collection. */
  objectsBelow(prototype: object): readonly object[];
  /** The state of an iterator of `matchAll`, which is not changed; `undefined` where it cannot be known. */
  matches(iterator: object): 'finished' | { readonly matcher: RegExp; readonly text: string } | undefined;
  /** Where an iterator of an array, or of anything like one, stands; `undefined` where it cannot be known, `null` for anything else. */
  arrayIterator(iterator: object): ArrayIteratorState | null | undefined;
  /**
   * The objects that array iterators go through, in their order; `undefined` for those whose object is not found.
   *
   * @param candidates - Objects among which they probably are: others are looked for at a price.
   */
  iterated(iterators: readonly object[], candidates: readonly object[]): readonly (object | undefined)[];
  /** What an iterator of a string has not given out yet; `undefined` where it cannot be known, `null` for anything else. */
  restOfString(iterator: object): string | null | undefined;
  /** Whether a generator has come to its end, and where it stands if not: file and line, for the error that refuses it. */
  generator(generator: object): { readonly isClosed: boolean; readonly place: string | undefined };
}
