import type { AnyNode, ArrowFunctionExpression, Class, Function as FunctionNode, Program } from 'acorn';

/** A function or a class. */
export type CodeNode = FunctionNode | ArrowFunctionExpression | Class;

/** The nodes of a program at which something is inserted, by where they start. */
export interface Nodes {
  readonly code: ReadonlyMap<number, CodeNode>;
  /** Whatever opens a scope and is no function or class. */
  readonly scopes: ReadonlyMap<number, AnyNode>;
  /** Functions that are constructors of classes. */
  readonly constructors: ReadonlySet<number>;
  /** Stretches of the parameters of functions. */
  readonly parameters: readonly { readonly start: number; readonly end: number; readonly owner: number }[];
}

/** Finds the nodes, without recursion: generated code nests deeply. */
export function collectNodes(program: Program): Nodes {
  const code = new Map<number, CodeNode>();
  const scopes = new Map<number, AnyNode>();
  const constructors = new Set<number>();
  const parameters: { start: number; end: number; owner: number }[] = [];
  const stack: AnyNode[] = [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        code.set(node.start, node as CodeNode);
        for (const { start, end } of node.params) parameters.push({ start, end, owner: node.start });
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        code.set(node.start, node as CodeNode);
        break;
      case 'MethodDefinition':
        if (node.kind === 'constructor') constructors.add(node.value.start);
        break;
      case 'BlockStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
      case 'CatchClause':
      case 'StaticBlock':
        scopes.set(node.start, node);
        break;
      default:
    }
    for (const key in node) {
      const part = (node as unknown as Record<string, unknown>)[key];
      if (Array.isArray(part)) {
        for (const item of part) if (isNode(item)) stack.push(item);
      } else if (isNode(part)) stack.push(part);
    }
  }
  return { code, scopes, constructors, parameters };
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
