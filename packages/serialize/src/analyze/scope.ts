/** How a name came to be bound, as far as it decides what may be done with it. */
export type BindingKind =
  | 'var'
  | 'let'
  | 'const'
  | 'function'
  | 'class'
  | 'param'
  | 'catch'
  | 'import'
  /** The own name of a function expression: writing to it is ignored, or throws in strict code. */
  | 'function-name'
  /** The inner name of a class: writing to it throws. */
  | 'class-name'
  /** The `arguments` object of a function that is not an arrow. */
  | 'arguments';

/** A name and what binds it. */
export interface Binding {
  readonly name: string;
  kind: BindingKind;
  /** Whether some code in the analysed text assigns it after its declaration. */
  assigned: boolean;
}

/** Which construct opened a scope. */
export type ScopeKind = 'program' | 'function' | 'body' | 'function-name' | 'class' | 'block' | 'catch' | 'with';

/** A region of text in which names are bound. */
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  readonly strict: boolean;
  /** Where the construct starts in the analysed text: with the kind it identifies the scope in a script. */
  readonly start: number;
  readonly bindings: Map<string, Binding> = new Map();
  /** A direct `eval` in this scope or below may read, and in sloppy code add, any name. */
  hasEval = false;

  constructor(kind: ScopeKind, parent: Scope | undefined, strict: boolean, start: number) {
    this.kind = kind;
    this.parent = parent;
    this.strict = strict;
    this.start = start;
  }

  /** Binds a name. A `var` and a function may repeat each other and a parameter; the first kind stays, except for a function. */
  declare(name: string, kind: BindingKind): Binding {
    const present = this.bindings.get(name);
    if (present !== undefined) {
      if (kind === 'function' || present.kind === 'arguments') present.kind = kind;
      return present;
    }
    const binding: Binding = { name, kind, assigned: false };
    this.bindings.set(name, binding);
    return binding;
  }

  /** Finds the scope that binds `name`, from here outwards. */
  lookup(name: string): { readonly scope: Scope; readonly binding: Binding } | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const binding = scope.bindings.get(name);
      if (binding !== undefined) return { scope, binding };
    }
    return undefined;
  }

  /** Whether `var` declarations end up here. */
  get isVarScope(): boolean {
    return this.kind === 'program' || this.kind === 'body' || this.kind === 'function';
  }
}

/** A use of a name. */
export interface NameUse {
  readonly name: string;
  readonly scope: Scope;
  readonly start: number;
  readonly end: number;
  readonly read: boolean;
  readonly write: boolean;
  /** `{ name }` in an object literal: replacing the name needs `name: …` there. */
  readonly shorthand: boolean;
}
