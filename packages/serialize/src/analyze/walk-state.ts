import type { Identifier, Node } from 'acorn';
import { type FoundFunction, Receiver, type Span } from './lexical.js';
import { type Binding, type NameUse, Scope } from './scope.js';

/** What a walk over a text found; names are not yet resolved. */
export interface WalkResult {
  readonly root: Scope;
  readonly outside: Receiver;
  /** The receiver of the walked function itself, where it is a function that is not an arrow. */
  readonly own: Receiver | undefined;
  /** The binding of the own name of the walked function, where it is a named function expression. */
  readonly ownName: Binding | undefined;
  readonly uses: readonly NameUse[];
  readonly functions: readonly FoundFunction[];
  /** Uses of `#x` where no class in the text declares it. */
  readonly freePrivateNames: ReadonlySet<string>;
  readonly importMeta: readonly Span[];
  /** The `import` keyword of each `import()`. */
  readonly dynamicImports: readonly Span[];
  readonly hasDirectEval: boolean;
  readonly hasWith: boolean;
  /** Whether the text may behave differently in sloppy and in strict code. */
  readonly modeSensitive: boolean;
}

/** Options of a walk. */
export interface WalkOptions {
  /** Whether the code around the text is strict. */
  readonly strict: boolean;
  /** Whether to list every function with its place; costs memory for a large script. */
  readonly functions: boolean;
}

/** What a walk knows at each point: the scope, whose `this` it is, and what was found so far. */
export abstract class WalkState implements WalkResult {
  readonly root: Scope;
  readonly outside: Receiver = new Receiver('outside');
  own: Receiver | undefined;
  /** What is walked. */
  protected walked: Node | undefined;
  ownName: Binding | undefined;
  readonly uses: NameUse[] = [];
  readonly functions: FoundFunction[] = [];
  readonly freePrivateNames: Set<string> = new Set();
  readonly importMeta: Span[] = [];
  readonly dynamicImports: Span[] = [];
  hasDirectEval = false;
  hasWith = false;
  modeSensitive = false;

  /** Whether to list every function. */
  protected readonly listFunctions: boolean;
  protected scope: Scope;
  protected receiver: Receiver;
  /** The private names that the classes around declare, innermost last. */
  protected privateNames: ReadonlySet<string>[] = [];
  /** The class whose element the next function is, as an index into the list; -1 for none. */
  protected ownerClass = -1;
  /** Whether the next function is a method of a literal that has `__proto__: …`. */
  protected literalHasPrototype = false;
  /** The nearest function that is not an arrow, as an index into the list. */
  protected around = -1;

  constructor(options: WalkOptions) {
    this.listFunctions = options.functions;
    this.root = new Scope('program', undefined, options.strict, -1);
    this.scope = this.root;
    this.receiver = this.outside;
  }

  protected within(scope: Scope, body: () => void): void {
    const before = this.scope;
    this.scope = scope;
    body();
    this.scope = before;
  }

  protected use(node: Identifier, read: boolean, write: boolean, shorthand = false): void {
    if (node.name === 'arguments' && !this.scope.strict) this.modeSensitive = true;
    this.uses.push({ name: node.name, scope: this.scope, start: node.start, end: node.end, read, write, shorthand });
  }

  protected privateName(name: string): void {
    if (!this.privateNames.some((names) => names.has(name))) this.freePrivateNames.add(name);
  }

  protected directEval(): void {
    this.hasDirectEval = true;
    this.modeSensitive = true;
    for (let scope: Scope | undefined = this.scope; scope !== undefined; scope = scope.parent) scope.hasEval = true;
  }
}
