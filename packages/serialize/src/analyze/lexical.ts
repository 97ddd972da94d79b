import type { Scope } from './scope.js';

/** A stretch of the analysed text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * What a piece of code takes from the function around it besides names: `this` and its kin.
 *
 * An arrow has none of its own and uses those of the nearest function that is not an arrow.
 */
export class Receiver {
  readonly kind: 'outside' | 'function' | 'class-element';
  readonly this: Span[] = [];
  readonly newTarget: Span[] = [];
  readonly superProperty: Span[] = [];
  readonly superCall: Span[] = [];

  constructor(kind: Receiver['kind']) {
    this.kind = kind;
  }
}

/** A function, method or class found in a text. */
export interface FoundFunction {
  /** Exactly what `Function.prototype.toString` gives for it: without `static`. */
  readonly start: number;
  readonly end: number;
  /** The scope in which it was evaluated: what it can see besides its own names. */
  readonly scope: Scope;
  /** The scope of its parameters, or of its class body. */
  readonly inner: Scope;
  readonly strict: boolean;
  readonly isDeclaration: boolean;
  readonly isArrow: boolean;
  /** Where its `this` comes from: its own, or for an arrow that of the function around it. */
  readonly receiver: Receiver;
  /** The class whose element it is, as an index into the list of found functions; -1 for none. */
  readonly ownerClass: number;
  /** A method of an object literal that says what the object inherits from: `__proto__: …`. */
  readonly hasPrototype: boolean;
  /** The nearest function around it that is not an arrow, as an index into the list; -1 at the top. */
  readonly around: number;
}
