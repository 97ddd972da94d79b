import type { Meta } from './ports.js';

/**
 * The static part of a function: what is the same for every closure that one piece of source makes.
 *
 * It travels as one string of JSON, which is also its identity: the receiving side compiles each such string once.
 * Positions in the text never travel; whatever needs them was done on the capturing side.
 */
export interface CodeRecord {
  readonly kind: 'arrow' | 'function' | 'method' | 'getter' | 'setter' | 'class';
  /** An expression, or a member of an object literal. */
  readonly text: string;
  /** What `toString` of the captured function gave, where {@link text} had to differ. */
  readonly original?: string;
  /** The name that the engine shall give to an anonymous function or class. */
  readonly name?: string;
  readonly strict?: true;
  /** The captured variables, in the order of their slots. */
  readonly vars: readonly string[];
  /** Indices of those that must be bound as constants, because the code assigns them in vain. */
  readonly consts?: readonly number[];
  /** Names that must exist while a class is evaluated, with no value of their own. */
  readonly stubs?: readonly string[];
  /**
   * An arrow whose `this` is an object, and whose `super` is that of a home object. `unknown` is for code that could
   * read `this` only through direct `eval`, where V8 does not show it: any use of it fails, and says so.
   */
  readonly receiver?: 'this' | 'this+home' | 'unknown';
  /** A method that uses `super`. */
  readonly home?: true;
  /**
   * For each `with` statement around, innermost first: indices of the variables that are bound inside of it. The objects are
   * the first values after the variables.
   */
  readonly withs?: readonly (readonly number[])[];
  /** Whether the text calls by {@link INTERNAL_NAMES.call} what an object around it may have. */
  readonly calls?: true;
  /** Variables that the receiving side binds to exports of modules: name, URL, and export, `*` for the namespace. */
  readonly bound?: readonly (readonly [name: string, url: string, exported: string])[];
  /** The variable that stands for `import.meta`. */
  readonly meta?: true;
  /** Whether the code has `import()`. */
  readonly imports?: true;
  readonly class?: ClassRecord;
  readonly url?: string;
  /** Where the text starts in the file, from 0. */
  readonly line?: number;
  readonly column?: number;
  /** Where the text came from, where that is not the file itself. */
  readonly map?: CodeMap;
}

/** The part of a source map (ECMA-426) that covers a text: lines and columns count from the start of the text. */
export interface CodeMap {
  /** URLs. */
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** What the receiving side must know of a class. */
export interface ClassRecord {
  /** Methods and accessors that the text makes; of private ones only methods, behind all others. */
  readonly members: readonly ClassMember[];
  readonly derived?: true;
  readonly extendsNull?: true;
  /** Private instance fields, in the order of their definition. */
  readonly fields?: readonly string[];
  /** Private methods and accessors of instances. */
  readonly marks?: readonly string[];
  /** Whether instances have private members of any kind, so that they are made through the hook. */
  readonly hasPrivates?: true;
  /** Private static fields. */
  readonly statics?: readonly string[];
  /** How many characters of the text follow its last element: what is placed before them stands in the class. */
  readonly tail: number;
  /** How many arguments keep the defaults of the constructor from running. */
  readonly parameters?: number;
}

/** A method or accessor: static or not, how it is held, and its key; `@@name` is a well-known symbol, `#name` is private. */
export type ClassMember = readonly [isStatic: 0 | 1, kind: 'value' | 'get' | 'set', key: string];

/** Whether a class leaves a hook, which alone sees its private names. */
export function hasHook({ hasPrivates, statics, members }: ClassRecord): boolean {
  return hasPrivates === true || statics !== undefined || members.at(-1)?.[2].startsWith('#') === true;
}

/** Begins what stands in a class's text for a computed key that is a symbol; no property of such a name remains. */
export const CLASS_KEY_PLACEHOLDER = '\u0001mp';

/** Names in the text of captured code that the receiving side provides. */
export const INTERNAL_NAMES = {
  this: '$mpThis',
  arguments: '$mpArguments',
  passed: '$mpPassed',
  newTarget: '$mpTarget',
  importMeta: '$mpMeta',
  heritage: '$mpSuper',
  hook: '$mpHook',
  guard: '$mpGuard',
  live: '$mpLive',
  call: '$mpCall',
  /** Begins the name of a variable that holds the key of a field, and that of the private field that defines it. */
  fieldKey: '$mpKey',
} as const;

/** The dynamic part of a function: an index into the codes, or more. */
export type FunctionMeta = number | FunctionDetails;

/** Everything that distinguishes one function from another of the same code. */
export interface FunctionDetails {
  /** Index into the codes of all batches. */
  readonly code?: number;
  /** It is a method or accessor of a class that is captured too: the class's index and the member's. */
  readonly member?: readonly [number, number];
  /** It is a member of a class that a later batch holds. */
  readonly pending?: 1;
  /** It uses private names of a class, and is made inside of that: the class's index. */
  readonly guestOf?: number;
  /** The class that the code was made in is in the last slot, so that it is met. */
  readonly bringsOwner?: 1;
  /** It is found by name. */
  readonly reference?: Meta;
  /** Indices of variables that were in their temporal dead zone. */
  readonly dead?: readonly number[];
  /** Own properties that the code alone does not give. */
  readonly properties?: PropertyOperations;
  /** What its `prototype` object is like, where the code alone does not give it; its own prototype is in a slot. */
  readonly prototypeObject?: PropertyOperations;
  /** The prototype of the function is in a slot. */
  readonly prototype?: 1;
}

/** How own properties are put in place. */
export interface PropertyOperations {
  /** Whether the list begins with `length`, `name` and `prototype` themselves. */
  readonly all?: 1;
  /** Key and flags; a key that is a symbol is in a slot, and 0 here. */
  readonly list: readonly (readonly [string | 0, number])[];
  /** The function is not extensible. */
  readonly sealed?: 1;
}

/** Attributes of a property, as {@link PropertyOperations} writes them. */
export const PROPERTY = { writable: 1, enumerable: 2, configurable: 4, accessor: 8 } as const;

/** A variable that several functions share, and that some of them assign. */
export interface Sharing {
  /** Names the scope instance within one value. */
  readonly scope: number;
  /** How many scopes lie outside of it: scopes nest in this order. */
  readonly depth: number;
  /** The function's index, and which of its variables are bound there. */
  readonly fn: number;
  readonly vars: readonly number[];
}

/** The meta of a batch. */
export interface BatchMeta {
  /** Code that no earlier batch of the value brought; indices count on through all batches. */
  readonly codes: readonly string[];
  readonly functions: readonly FunctionMeta[];
  /** The thread that wrote it: in the first batch of a value. */
  readonly thread?: string;
  /** Who the functions are: a number of that thread, or an origin elsewhere; 0 for what is found by name. */
  readonly origins?: readonly (number | string)[];
  readonly sharing?: readonly Sharing[];
  /**
   * Variables that are elements of an arguments object, which is in a slot behind all others: function, and pairs of
   * variable and element.
   */
  readonly tied?: readonly (readonly [fn: number, ...pairs: (readonly [variable: number, element: number])[]])[];
  /** Functions of earlier batches that turned out to be members of a class: function, class, member. */
  readonly members?: readonly (readonly [number, number, number])[];
}

/** The private members of an instance: for each class that declares any, from the base down. */
export interface PrivatesMeta {
  readonly classes: readonly PrivatesOfClass[];
}

/** One class's part in the private members of an instance. */
export interface PrivatesOfClass {
  /** The class's index; -1 where it is found by name. */
  readonly fn: number;
  /** How the class is found. Its text is not ours, so its fields are reached from outside. */
  readonly reference?: Meta;
  /** Variables around the class, found by name, whose weak collections hold state of the instance. */
  readonly weak?: readonly string[];
  /** The fields' names, where the class is found by name. */
  readonly names?: readonly string[];
  /** Where the constructor of such a class has called that of its superclass; 0 where it does nothing else. */
  readonly afterSuper?: 0 | { readonly line: number; readonly column: number };
  /** How many of the class's fields have values in the slots: all of them. */
  readonly fields: number;
  /** The class extends nothing: only constructing it gives an object its members. */
  readonly base?: 1;
}
