import type {
  AnyNode,
  ArrowFunctionExpression,
  Class,
  Function as FunctionNode,
  MethodDefinition,
  Node,
  PropertyDefinition,
} from 'acorn';
import { declarePattern, hoist } from './hoisting.js';
import { Receiver } from './lexical.js';
import { PatternWalker } from './pattern-walker.js';
import { hasExpression } from './patterns.js';
import { Scope } from './scope.js';

/** The part of a walk that goes into functions and classes. */
export abstract class FunctionWalker extends PatternWalker {
  protected functionExpression(node: Extract<AnyNode, { type: 'FunctionExpression' }>): void {
    if (!node.id) {
      this.visitFunction(node, node, false, false);
      return;
    }
    const strict = this.scope.strict || hasUseStrict((node.body as { body: AnyNode[] }).body);
    const scope = new Scope('function-name', this.scope, strict, node.start);
    const binding = scope.declare(node.id.name, 'function-name');
    if (this.scope === this.root) this.ownName ??= binding;
    this.within(scope, () => this.visitFunction(node, node, false, false));
  }

  protected visitFunction(
    node: FunctionNode | ArrowFunctionExpression,
    whole: Node,
    isDeclaration: boolean,
    isArrow: boolean,
    textStart: number = whole.start,
  ): void {
    const body = node.body as AnyNode;
    const statements: readonly AnyNode[] | undefined = body.type === 'BlockStatement' ? body.body : undefined;
    const strict = this.scope.strict || (statements !== undefined && hasUseStrict(statements));
    const params = new Scope('function', this.scope, strict, node.start);
    const receiver = isArrow ? this.receiver : new Receiver('function');
    if (!isArrow) {
      params.declare('arguments', 'arguments');
      if (whole === this.walked) this.own = receiver;
    }
    const around = this.around;
    const hasPrototype = this.literalHasPrototype;
    this.literalHasPrototype = false;
    if (this.listFunctions) {
      const enclosing = this.scope.kind === 'function-name' ? (this.scope.parent as Scope) : this.scope;
      this.functions.push({
        start: textStart,
        end: whole.end,
        scope: enclosing,
        inner: params,
        strict,
        isDeclaration,
        isArrow,
        receiver,
        ownerClass: this.ownerClass,
        hasPrototype,
        around,
      });
      if (!isArrow) this.around = this.functions.length - 1;
    }
    const ownerClass = this.ownerClass;
    this.ownerClass = -1;
    const outerReceiver = this.receiver;
    this.receiver = receiver;
    this.within(params, () => {
      for (const param of node.params) declarePattern(param, 'param', params);
      for (const param of node.params) this.pattern(param, false);
      if (statements === undefined) {
        this.visit(body);
        return;
      }
      // 10.2.11, step 28: with expressions in the parameters the body has variables of its own.
      const scope = node.params.some(hasExpression) ? new Scope('body', params, strict, body.start) : params;
      this.within(scope, () => {
        hoist(statements, scope, true);
        for (const statement of statements) this.visit(statement);
      });
    });
    this.receiver = outerReceiver;
    this.ownerClass = ownerClass;
    this.around = around;
  }

  protected visitClass(node: Class): void {
    const isDeclaration = node.type === 'ClassDeclaration';
    const scope = new Scope('class', this.scope, true, node.start);
    if (node.id) scope.declare(node.id.name, 'class-name');
    let index = -1;
    if (this.listFunctions) {
      index = this.functions.length;
      this.functions.push({
        start: node.start,
        end: node.end,
        scope: this.scope,
        inner: scope,
        strict: true,
        isDeclaration,
        isArrow: false,
        receiver: this.receiver,
        ownerClass: -1,
        hasPrototype: false,
        around: this.around,
      });
    }
    const names = new Set<string>();
    for (const element of node.body.body) {
      if ('key' in element && element.key.type === 'PrivateIdentifier') names.add(element.key.name);
    }
    const ownerClass = this.ownerClass;
    this.within(scope, () => {
      // The heritage sees the class's name, and not its private names.
      this.visit(node.superClass);
      this.privateNames.push(names);
      this.ownerClass = index;
      for (const element of node.body.body) {
        switch (element.type) {
          case 'MethodDefinition':
            this.method(element);
            break;
          case 'PropertyDefinition':
            this.field(element);
            break;
          case 'StaticBlock':
            this.asElement(() => {
              this.within(new Scope('body', this.scope, true, element.start), () => {
                hoist(element.body, this.scope, true);
                for (const statement of element.body) this.visit(statement);
              });
            });
            break;
          default:
        }
      }
      this.privateNames.pop();
    });
    this.ownerClass = ownerClass;
  }

  protected method(node: MethodDefinition): void {
    if (node.computed) this.visit(node.key as AnyNode);
    this.visitFunction(node.value, node, false, false, node.static ? afterStatic(node) : node.start);
  }

  protected field(node: PropertyDefinition): void {
    if (node.computed) this.visit(node.key as AnyNode);
    if (node.value) {
      this.asElement(() => {
        this.within(new Scope('body', this.scope, true, node.start), () => this.visit(node.value));
      });
    }
  }

  /** Initialisers and static blocks run as methods: they have a `this` of their own. */
  protected asElement(body: () => void): void {
    const receiver = this.receiver;
    this.receiver = new Receiver('class-element');
    body();
    this.receiver = receiver;
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
