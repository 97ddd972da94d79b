import type { AnyNode, Function as FunctionNode, Identifier, Pattern } from 'acorn';
import { namesOf } from './patterns.js';
import type { BindingKind, Scope } from './scope.js';

/** Binds the names of a pattern. */
export function declarePattern(node: Pattern, kind: BindingKind, into: Scope): void {
  for (const name of namesOf(node)) into.declare(name, kind);
}

/** Declares what a declaration of variables binds. */
export function declareVariables(node: Extract<AnyNode, { type: 'VariableDeclaration' }>, into: Scope): void {
  // `using` binds like `const`.
  const kind: BindingKind = node.kind === 'var' || node.kind === 'let' ? node.kind : 'const';
  for (const declarator of node.declarations) declarePattern(declarator.id, kind, into);
}

/**
 * Declares what a list of statements binds: its own lexical names here, and, where it is the body of a
 * function or a script, the `var` names of everything below.
 */
export function hoist(statements: readonly AnyNode[], into: Scope, isVarScope: boolean): void {
  for (const statement of statements) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? (statement.declaration as AnyNode | null | undefined)
        : statement;
    if (declaration?.type === 'ImportDeclaration') {
      for (const specifier of declaration.specifiers) into.declare(specifier.local.name, 'import');
    } else if (declaration?.type === 'VariableDeclaration') {
      if (declaration.kind !== 'var') declareVariables(declaration, into);
    } else if (declaration?.type === 'ClassDeclaration') {
      if (declaration.id) into.declare(declaration.id.name, 'class');
    } else {
      const fn = functionUnderLabels(declaration);
      if (fn?.id) into.declare(fn.id.name, 'function');
    }
  }
  if (isVarScope) for (const statement of statements) hoistVars(statement, into, []);
}

/** `blocks` holds the lexical names of the blocks between the function and the statement (B.3.2.1). */
function hoistVars(node: AnyNode | null | undefined, into: Scope, blocks: readonly ReadonlySet<string>[]): void {
  if (node === null || node === undefined) return;
  const inBlock = (statements: readonly (AnyNode | null | undefined)[]): void => {
    const names = lexicalNames(statements);
    for (const statement of statements) {
      const fn = functionUnderLabels(statement);
      if (fn?.id && !into.strict && !fn.async && !fn.generator) {
        const name = fn.id.name;
        const present = into.bindings.get(name);
        const clashes =
          present !== undefined && (present.kind === 'let' || present.kind === 'const' || present.kind === 'class');
        if (!clashes && !blocks.some((outer) => outer.has(name))) into.declare(name, 'var');
      }
      hoistVars(statement, into, [...blocks, names]);
    }
  };
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind === 'var') declareVariables(node, into);
      return;
    case 'ExportNamedDeclaration':
      hoistVars(node.declaration, into, blocks);
      return;
    case 'BlockStatement':
      inBlock(node.body);
      return;
    case 'SwitchStatement':
      inBlock(node.cases.flatMap((one) => one.consequent));
      return;
    case 'IfStatement':
      for (const branch of [node.consequent, node.alternate]) {
        if (branch?.type === 'FunctionDeclaration') inBlock([branch]);
        else hoistVars(branch, into, blocks);
      }
      return;
    case 'ForStatement':
      hoistVars(node.init as AnyNode, into, blocks);
      hoistVars(node.body, into, [...blocks, lexicalNames([node.init as AnyNode])]);
      return;
    case 'ForInStatement':
    case 'ForOfStatement':
      hoistVars(node.left as AnyNode, into, blocks);
      hoistVars(node.body, into, [...blocks, lexicalNames([node.left as AnyNode])]);
      return;
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
    case 'WithStatement':
      hoistVars(node.body, into, blocks);
      return;
    case 'TryStatement':
      hoistVars(node.block, into, blocks);
      if (node.handler) {
        const param = node.handler.param;
        // B.3.4: a simple catch parameter does not stop the hoisting of a function, a pattern does.
        const names = param && param.type !== 'Identifier' ? new Set(namesOf(param)) : new Set<string>();
        hoistVars(node.handler.body, into, [...blocks, names]);
      }
      hoistVars(node.finalizer, into, blocks);
      return;
    default:
  }
}

function functionUnderLabels(
  node: AnyNode | null | undefined,
): { readonly id?: Identifier | null; readonly async: boolean; readonly generator: boolean } | undefined {
  let inner = node;
  while (inner?.type === 'LabeledStatement') inner = inner.body;
  return inner?.type === 'FunctionDeclaration' ? (inner as FunctionNode) : undefined;
}

function lexicalNames(statements: readonly (AnyNode | null | undefined)[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement?.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const declarator of statement.declarations) for (const name of namesOf(declarator.id)) names.add(name);
    } else if (statement?.type === 'ClassDeclaration' && statement.id) names.add(statement.id.name);
  }
  return names;
}
