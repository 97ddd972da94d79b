import type {
  AnyNode,
  ArrowFunctionExpression,
  Class,
  Function as FunctionNode,
  Identifier,
  MethodDefinition,
  Node,
  Pattern,
  Program,
  PropertyDefinition,
} from 'acorn';
import { declarePattern, declareVariables, hoist } from './hoisting.js';
import { type FoundFunction, Receiver, type Span } from './lexical.js';
import { hasExpression } from './patterns.js';
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

/**
 * Walks a whole script, or one function, and finds scopes, bindings and uses of names.
 *
 * ECMA-262 is followed where it matters for "which binding does this name mean": hoisting of `var` and of
 * functions in blocks (B.3.2), parameter scopes with expressions (10.2.11), class scopes, fields and static blocks.
 */
export function walk(node: Program | AnyNode, options: WalkOptions): WalkResult {
  const walker = new Walker(options);
  walker.start(node as AnyNode);
  return walker;
}

class Walker implements WalkResult {
  readonly root: Scope;
  readonly outside: Receiver = new Receiver('outside');
  own: Receiver | undefined;
  ownName: Binding | undefined;
  readonly uses: NameUse[] = [];
  readonly functions: FoundFunction[] = [];
  readonly freePrivateNames: Set<string> = new Set();
  readonly importMeta: Span[] = [];
  readonly dynamicImports: Span[] = [];
  hasDirectEval = false;
  hasWith = false;
  modeSensitive = false;

  readonly #listFunctions: boolean;
  #scope: Scope;
  #receiver: Receiver;
  #privateNames: ReadonlySet<string>[] = [];
  #ownerClass = -1;
  #around = -1;

  constructor(options: WalkOptions) {
    this.#listFunctions = options.functions;
    this.root = new Scope('program', undefined, options.strict, -1);
    this.#scope = this.root;
    this.#receiver = this.outside;
  }

  start(node: AnyNode): void {
    switch (node.type) {
      case 'Program':
        this.#program(node);
        return;
      case 'Property':
        this.#visitKey(node.key, node.computed);
        this.#function(node.value as FunctionNode, node, false, false);
        return;
      case 'MethodDefinition':
        this.#method(node);
        return;
      default:
        this.#visit(node);
    }
  }

  #program(node: Program): void {
    const module = node.sourceType === 'module';
    const strict = module || this.root.strict || hasUseStrict(node.body);
    const scope = new Scope('program', strict === this.root.strict ? undefined : this.root, strict, 0);
    this.#within(scope, () => {
      hoist(node.body, scope, true);
      for (const statement of node.body) this.#visit(statement);
    });
    if (scope !== this.root) for (const [name, binding] of scope.bindings) this.root.bindings.set(name, binding);
  }

  #within(scope: Scope, body: () => void): void {
    const before = this.#scope;
    this.#scope = scope;
    body();
    this.#scope = before;
  }

  // Visiting -------------------------------------------------------------------------------------

  #visit(node: AnyNode | null | undefined): void {
    if (node === null || node === undefined) return;
    switch (node.type) {
      case 'Identifier':
        this.#use(node, true, false);
        return;
      case 'ThisExpression':
        this.#receiver.this.push(span(node));
        if (this.#receiver.kind === 'function' && !this.#scope.strict) this.modeSensitive = true;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.importMeta.push(span(node));
        else this.#receiver.newTarget.push(span(node));
        return;
      case 'ImportExpression':
        this.dynamicImports.push({ start: node.start, end: node.start + 'import'.length });
        this.#children(node);
        return;
      case 'FunctionDeclaration':
        this.#function(node as FunctionNode, node, true, false);
        return;
      case 'FunctionExpression':
        this.#functionExpression(node);
        return;
      case 'ArrowFunctionExpression':
        this.#function(node, node, false, true);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node as Class);
        return;
      case 'MemberExpression':
        if (node.object.type === 'Super') this.#receiver.superProperty.push(span(node.object));
        else this.#visit(node.object);
        if (node.computed) this.#visit(node.property as AnyNode);
        else if (node.property.type === 'PrivateIdentifier') this.#privateName(node.property.name);
        return;
      case 'PrivateIdentifier':
        this.#privateName(node.name);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Super') this.#receiver.superCall.push(span(node.callee));
        else this.#visit(node.callee);
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional) this.#directEval();
        for (const argument of node.arguments) this.#visit(argument);
        return;
      case 'Property':
        this.#property(node);
        return;
      case 'AssignmentExpression':
        if (!this.#scope.strict) this.modeSensitive = true;
        this.#target(node.left as Pattern, node.operator !== '=');
        this.#visit(node.right);
        return;
      case 'UpdateExpression':
        if (!this.#scope.strict) this.modeSensitive = true;
        this.#target(node.argument as Pattern, true);
        return;
      case 'UnaryExpression':
        if (node.operator === 'delete' && !this.#scope.strict) this.modeSensitive = true;
        this.#visit(node.argument);
        return;
      case 'VariableDeclaration':
        for (const declarator of node.declarations) {
          this.#pattern(declarator.id, declarator.init !== null && declarator.init !== undefined);
          this.#visit(declarator.init);
        }
        return;
      case 'BlockStatement':
        this.#block(node.body, node);
        return;
      case 'ForStatement':
        this.#loop(node, [node.init], () => {
          this.#visit(node.init);
          this.#visit(node.test);
          this.#visit(node.update);
          this.#visit(node.body);
        });
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#loop(node, [node.left], () => {
          if (node.left.type === 'VariableDeclaration') this.#pattern(node.left.declarations[0]!.id, true);
          else this.#target(node.left as Pattern, false);
          this.#visit(node.right);
          this.#visit(node.body);
        });
        return;
      case 'SwitchStatement': {
        this.#visit(node.discriminant);
        const statements = node.cases.flatMap((one) => one.consequent);
        const scope = new Scope('block', this.#scope, this.#scope.strict, node.start);
        this.#within(scope, () => {
          hoist(statements, scope, false);
          for (const one of node.cases) {
            this.#visit(one.test);
            for (const statement of one.consequent) this.#visit(statement);
          }
        });
        return;
      }
      case 'CatchClause': {
        const scope = new Scope('catch', this.#scope, this.#scope.strict, node.start);
        this.#within(scope, () => {
          if (node.param !== null && node.param !== undefined) {
            declarePattern(node.param, 'catch', scope);
            this.#pattern(node.param, false);
          }
          this.#block(node.body.body, node.body);
        });
        return;
      }
      case 'WithStatement': {
        this.hasWith = true;
        this.#visit(node.object);
        const scope = new Scope('with', this.#scope, false, node.start);
        this.#within(scope, () => this.#visit(node.body));
        return;
      }
      case 'LabeledStatement':
        this.#visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) this.#scope.declare(specifier.local.name, 'import');
        return;
      case 'ExportNamedDeclaration':
        this.#visit(node.declaration);
        if (node.source === null || node.source === undefined) {
          for (const one of node.specifiers) if (one.local.type === 'Identifier') this.#use(one.local, true, false);
        }
        return;
      case 'ExportAllDeclaration':
        return;
      case 'Literal':
        if (!this.#scope.strict && typeof node.value === 'number' && /^0\d/.test(node.raw ?? ''))
          this.modeSensitive = true;
        return;
      default:
        this.#children(node);
    }
  }

  #children(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) for (const item of value) this.#child(item);
      else this.#child(value);
    }
  }

  #child(value: unknown): void {
    if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value)
      this.#visit(value as AnyNode);
  }

  #use(node: Identifier, read: boolean, write: boolean, shorthand = false): void {
    if (node.name === 'arguments' && !this.#scope.strict) this.modeSensitive = true;
    this.uses.push({ name: node.name, scope: this.#scope, start: node.start, end: node.end, read, write, shorthand });
  }

  #privateName(name: string): void {
    if (!this.#privateNames.some((names) => names.has(name))) this.freePrivateNames.add(name);
  }

  #directEval(): void {
    this.hasDirectEval = true;
    this.modeSensitive = true;
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) scope.hasEval = true;
  }

  #property(node: Extract<AnyNode, { type: 'Property' }>): void {
    if (node.shorthand && node.value.type === 'Identifier') {
      this.#use(node.value, true, false, true);
      return;
    }
    this.#visitKey(node.key, node.computed);
    if (node.method || node.kind !== 'init') this.#function(node.value as FunctionNode, node, false, false);
    else this.#visit(node.value as AnyNode);
  }

  #visitKey(key: Node, computed: boolean): void {
    if (computed) this.#visit(key as AnyNode);
  }

  // Targets of assignments, and patterns of declarations -----------------------------------------------

  /** A pattern that assigns: its names are uses that write. */
  #target(node: Pattern, reads: boolean): void {
    switch (node.type) {
      case 'Identifier':
        this.#use(node, reads, true);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#target(property.argument, false);
          else if (property.shorthand) this.#shorthandTarget(property.value);
          else {
            this.#visitKey(property.key, property.computed);
            this.#target(property.value, false);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element !== null) this.#target(element, false);
        return;
      case 'RestElement':
        this.#target(node.argument, false);
        return;
      case 'AssignmentPattern':
        this.#target(node.left, false);
        this.#visit(node.right);
        return;
      default:
        this.#visit(node as AnyNode);
    }
  }

  #shorthandTarget(value: Pattern): void {
    const name = value.type === 'AssignmentPattern' ? value.left : value;
    if (name.type === 'Identifier') this.#use(name, false, true, true);
    if (value.type === 'AssignmentPattern') this.#visit(value.right);
  }

  /**
   * A pattern that declares: only its computed keys and defaults are code; its names are bound already.
   * In `with` a `var` with a value assigns through the object, so it counts as a use there.
   */
  #pattern(node: Pattern, hasValue: boolean): void {
    switch (node.type) {
      case 'Identifier':
        if (hasValue && this.hasWith) this.#use(node, false, true);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#pattern(property.argument, hasValue);
          else {
            this.#visitKey(property.key, property.computed);
            this.#pattern(property.value, hasValue);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element !== null) this.#pattern(element, hasValue);
        return;
      case 'RestElement':
        this.#pattern(node.argument, hasValue);
        return;
      case 'AssignmentPattern':
        this.#pattern(node.left, hasValue);
        this.#visit(node.right);
        return;
      default:
    }
  }

  // Hoisting -----------------------------------------------------------------------------------------

  #block(body: readonly AnyNode[], node: Node): void {
    const scope = new Scope('block', this.#scope, this.#scope.strict, node.start);
    this.#within(scope, () => {
      hoist(body, scope, false);
      for (const statement of body) this.#visit(statement);
    });
  }

  #loop(node: Node, heads: readonly (AnyNode | null | undefined)[], body: () => void): void {
    const scope = new Scope('block', this.#scope, this.#scope.strict, node.start);
    this.#within(scope, () => {
      for (const head of heads)
        if (head?.type === 'VariableDeclaration' && head.kind !== 'var') declareVariables(head, scope);
      body();
    });
  }

  // Functions ------------------------------------------------------------------------------------

  #functionExpression(node: Extract<AnyNode, { type: 'FunctionExpression' }>): void {
    if (!node.id) {
      this.#function(node, node, false, false);
      return;
    }
    const strict = this.#scope.strict || hasUseStrict((node.body as { body: AnyNode[] }).body);
    const scope = new Scope('function-name', this.#scope, strict, node.start);
    const binding = scope.declare(node.id.name, 'function-name');
    if (this.#scope === this.root) this.ownName ??= binding;
    this.#within(scope, () => this.#function(node, node, false, false));
  }

  #function(
    node: FunctionNode | ArrowFunctionExpression,
    whole: Node,
    isDeclaration: boolean,
    isArrow: boolean,
    textStart: number = whole.start,
  ): void {
    const body = node.body as AnyNode;
    const statements: readonly AnyNode[] | undefined = body.type === 'BlockStatement' ? body.body : undefined;
    const strict = this.#scope.strict || (statements !== undefined && hasUseStrict(statements));
    const params = new Scope('function', this.#scope, strict, node.start);
    const receiver = isArrow ? this.#receiver : new Receiver('function');
    if (!isArrow) {
      params.declare('arguments', 'arguments');
      if (this.own === undefined && this.#receiver === this.outside && this.#scope.kind !== 'class')
        this.own = receiver;
    }
    const around = this.#around;
    if (this.#listFunctions) {
      const enclosing = this.#scope.kind === 'function-name' ? (this.#scope.parent as Scope) : this.#scope;
      this.functions.push({
        start: textStart,
        end: whole.end,
        scope: enclosing,
        inner: params,
        strict,
        isDeclaration,
        isArrow,
        receiver,
        ownerClass: this.#ownerClass,
        around,
      });
      if (!isArrow) this.#around = this.functions.length - 1;
    }
    const ownerClass = this.#ownerClass;
    this.#ownerClass = -1;
    const outerReceiver = this.#receiver;
    this.#receiver = receiver;
    this.#within(params, () => {
      for (const param of node.params) declarePattern(param, 'param', params);
      for (const param of node.params) this.#pattern(param, false);
      if (statements === undefined) {
        this.#visit(body);
        return;
      }
      // 10.2.11, step 28: with expressions in the parameters the body has variables of its own.
      const scope = node.params.some(hasExpression) ? new Scope('body', params, strict, body.start) : params;
      this.#within(scope, () => {
        hoist(statements, scope, true);
        for (const statement of statements) this.#visit(statement);
      });
    });
    this.#receiver = outerReceiver;
    this.#ownerClass = ownerClass;
    this.#around = around;
  }

  // Classes --------------------------------------------------------------------------------------

  #class(node: Class): void {
    const isDeclaration = node.type === 'ClassDeclaration';
    const scope = new Scope('class', this.#scope, true, node.start);
    if (node.id) scope.declare(node.id.name, 'class-name');
    let index = -1;
    if (this.#listFunctions) {
      index = this.functions.length;
      this.functions.push({
        start: node.start,
        end: node.end,
        scope: this.#scope,
        inner: scope,
        strict: true,
        isDeclaration,
        isArrow: false,
        receiver: this.#receiver,
        ownerClass: -1,
        around: this.#around,
      });
    }
    const names = new Set<string>();
    for (const element of node.body.body) {
      if ('key' in element && element.key.type === 'PrivateIdentifier') names.add(element.key.name);
    }
    const ownerClass = this.#ownerClass;
    this.#within(scope, () => {
      // The heritage sees the class's name, and not its private names.
      this.#visit(node.superClass);
      this.#privateNames.push(names);
      this.#ownerClass = index;
      for (const element of node.body.body) {
        switch (element.type) {
          case 'MethodDefinition':
            this.#method(element);
            break;
          case 'PropertyDefinition':
            this.#field(element);
            break;
          case 'StaticBlock':
            this.#asElement(() => {
              this.#within(new Scope('body', this.#scope, true, element.start), () => {
                hoist(element.body, this.#scope, true);
                for (const statement of element.body) this.#visit(statement);
              });
            });
            break;
          default:
        }
      }
      this.#privateNames.pop();
    });
    this.#ownerClass = ownerClass;
  }

  #method(node: MethodDefinition): void {
    if (node.computed) this.#visit(node.key as AnyNode);
    this.#function(node.value, node, false, false, node.static ? afterStatic(node) : node.start);
  }

  #field(node: PropertyDefinition): void {
    if (node.computed) this.#visit(node.key as AnyNode);
    if (node.value) {
      this.#asElement(() => {
        this.#within(new Scope('body', this.#scope, true, node.start), () => this.#visit(node.value));
      });
    }
  }

  /** Initialisers and static blocks run as methods: they have a `this` of their own. */
  #asElement(body: () => void): void {
    const receiver = this.#receiver;
    this.#receiver = new Receiver('class-element');
    body();
    this.#receiver = receiver;
  }
}

/** Where the text of a static method starts for `toString`; the caller corrects it by the text itself. */
function afterStatic(node: MethodDefinition): number {
  return node.start + 'static'.length;
}

/** Whether a list of statements begins with the directive. */
export function hasUseStrict(statements: readonly AnyNode[]): boolean {
  for (const statement of statements) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') return false;
    if (statement.directive === 'use strict') return true;
  }
  return false;
}

function span(node: Node): Span {
  return { start: node.start, end: node.end };
}

/** Marks the bindings that are assigned, and returns the uses that nothing in the text binds. */
export function resolve(result: WalkResult): { readonly free: readonly NameUse[] } {
  const free: NameUse[] = [];
  for (const use of result.uses) {
    const found = use.scope.lookup(use.name);
    if (found === undefined) free.push(use);
    else if (use.write) markAssigned(found.binding);
  }
  return { free };
}

function markAssigned(binding: Binding): void {
  binding.assigned = true;
}
