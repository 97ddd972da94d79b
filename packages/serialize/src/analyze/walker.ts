import type { AnyNode, Class, Function as FunctionNode, Node, Pattern, Program, Property, SpreadElement } from 'acorn';
import { FunctionWalker, hasUseStrict } from './function-walker.js';
import { declarePattern, declareVariables, hoist } from './hoisting.js';
import type { Span } from './lexical.js';
import { type Binding, type NameUse, Scope } from './scope.js';
import type { WalkOptions, WalkResult } from './walk-state.js';

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

class Walker extends FunctionWalker {
  start(node: AnyNode): void {
    this.walked = node;
    switch (node.type) {
      case 'Program':
        this.#program(node);
        return;
      case 'Property':
        this.visitKey(node.key, node.computed);
        this.visitFunction(node.value as FunctionNode, node, false, false);
        return;
      case 'MethodDefinition':
        this.method(node);
        return;
      default:
        this.visit(node);
    }
  }

  #program(node: Program): void {
    const module = node.sourceType === 'module';
    const strict = module || this.root.strict || hasUseStrict(node.body);
    const scope = new Scope('program', strict === this.root.strict ? undefined : this.root, strict, 0);
    this.within(scope, () => {
      hoist(node.body, scope, true);
      for (const statement of node.body) this.visit(statement);
    });
    if (scope !== this.root) for (const [name, binding] of scope.bindings) this.root.bindings.set(name, binding);
  }

  protected visit(node: AnyNode | null | undefined): void {
    if (node === null || node === undefined) return;
    switch (node.type) {
      case 'Identifier':
        this.use(node, true, false);
        return;
      case 'ThisExpression':
        this.receiver.this.push(span(node));
        if (this.receiver.kind === 'function' && !this.scope.strict) this.modeSensitive = true;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.importMeta.push(span(node));
        else this.receiver.newTarget.push(span(node));
        return;
      case 'ImportExpression':
        this.dynamicImports.push({ start: node.start, end: node.start + 'import'.length });
        this.children(node);
        return;
      case 'FunctionDeclaration':
        this.visitFunction(node as FunctionNode, node, true, false);
        return;
      case 'FunctionExpression':
        this.functionExpression(node);
        return;
      case 'ArrowFunctionExpression':
        this.visitFunction(node, node, false, true);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.visitClass(node as Class);
        return;
      case 'MemberExpression':
        if (node.object.type === 'Super') this.receiver.superProperty.push(span(node.object));
        else this.visit(node.object);
        if (node.computed) this.visit(node.property as AnyNode);
        else if (node.property.type === 'PrivateIdentifier') this.privateName(node.property.name);
        return;
      case 'PrivateIdentifier':
        this.privateName(node.name);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Super') this.receiver.superCall.push(span(node.callee));
        else this.visit(node.callee);
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional) this.directEval();
        for (const argument of node.arguments) this.visit(argument);
        return;
      case 'ObjectExpression': {
        const hasPrototype = node.properties.some(isPrototypeEntry);
        for (const property of node.properties) {
          if (property.type === 'Property') this.property(property, hasPrototype);
          else this.visit(property);
        }
        return;
      }
      case 'AssignmentExpression':
        if (!this.scope.strict) this.modeSensitive = true;
        this.target(node.left as Pattern, node.operator !== '=');
        this.visit(node.right);
        return;
      case 'UpdateExpression':
        if (!this.scope.strict) this.modeSensitive = true;
        this.target(node.argument as Pattern, true);
        return;
      case 'UnaryExpression':
        if (node.operator === 'delete' && !this.scope.strict) this.modeSensitive = true;
        this.visit(node.argument);
        return;
      case 'VariableDeclaration':
        for (const declarator of node.declarations) {
          this.pattern(declarator.id, declarator.init !== null && declarator.init !== undefined);
          this.visit(declarator.init);
        }
        return;
      case 'BlockStatement':
        this.block(node.body, node);
        return;
      case 'ForStatement':
        this.loop(node, [node.init], () => {
          this.visit(node.init);
          this.visit(node.test);
          this.visit(node.update);
          this.visit(node.body);
        });
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.loop(node, [node.left], () => {
          if (node.left.type === 'VariableDeclaration') this.pattern(node.left.declarations[0]!.id, true);
          else this.target(node.left as Pattern, false);
          this.visit(node.right);
          this.visit(node.body);
        });
        return;
      case 'SwitchStatement': {
        this.visit(node.discriminant);
        const statements = node.cases.flatMap((one) => one.consequent);
        const scope = new Scope('block', this.scope, this.scope.strict, node.start);
        this.within(scope, () => {
          hoist(statements, scope, false);
          for (const one of node.cases) {
            this.visit(one.test);
            for (const statement of one.consequent) this.visit(statement);
          }
        });
        return;
      }
      case 'CatchClause': {
        const scope = new Scope('catch', this.scope, this.scope.strict, node.start);
        this.within(scope, () => {
          if (node.param !== null && node.param !== undefined) {
            declarePattern(node.param, 'catch', scope);
            this.pattern(node.param, false);
          }
          this.block(node.body.body, node.body);
        });
        return;
      }
      case 'WithStatement': {
        this.hasWith = true;
        this.visit(node.object);
        const scope = new Scope('with', this.scope, false, node.start);
        this.within(scope, () => this.visit(node.body));
        return;
      }
      case 'LabeledStatement':
        this.visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) this.scope.declare(specifier.local.name, 'import');
        return;
      case 'ExportNamedDeclaration':
        this.visit(node.declaration);
        if (node.source === null || node.source === undefined) {
          for (const one of node.specifiers) if (one.local.type === 'Identifier') this.use(one.local, true, false);
        }
        return;
      case 'ExportAllDeclaration':
        return;
      case 'Literal':
        if (!this.scope.strict && typeof node.value === 'number' && /^0\d/.test(node.raw ?? ''))
          this.modeSensitive = true;
        return;
      default:
        this.children(node);
    }
  }

  protected children(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) for (const item of value) this.child(item);
      else this.child(value);
    }
  }

  protected child(value: unknown): void {
    if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value)
      this.visit(value as AnyNode);
  }

  protected property(node: Property, hasPrototype: boolean): void {
    if (node.shorthand && node.value.type === 'Identifier') {
      this.use(node.value, true, false, true);
      return;
    }
    this.visitKey(node.key, node.computed);
    if (node.method || node.kind !== 'init') {
      this.literalHasPrototype = hasPrototype;
      this.visitFunction(node.value as FunctionNode, node, false, false);
    } else this.visit(node.value as AnyNode);
  }

  protected block(body: readonly AnyNode[], node: Node): void {
    const scope = new Scope('block', this.scope, this.scope.strict, node.start);
    this.within(scope, () => {
      hoist(body, scope, false);
      for (const statement of body) this.visit(statement);
    });
  }

  protected loop(node: Node, heads: readonly (AnyNode | null | undefined)[], body: () => void): void {
    const scope = new Scope('block', this.scope, this.scope.strict, node.start);
    this.within(scope, () => {
      for (const head of heads)
        if (head?.type === 'VariableDeclaration' && head.kind !== 'var') declareVariables(head, scope);
      body();
    });
  }
}

/** `__proto__: …`, which says what the object inherits from (ECMA-262, B.3.1). */
function isPrototypeEntry(one: Property | SpreadElement): boolean {
  if (one.type !== 'Property' || one.computed || one.shorthand || one.method || one.kind !== 'init') return false;
  const key = one.key as AnyNode;
  return key.type === 'Identifier' ? key.name === '__proto__' : key.type === 'Literal' && key.value === '__proto__';
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
