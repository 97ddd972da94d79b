import type { AnyNode, Pattern } from 'acorn';

/** The names that a pattern binds. */
export function namesOf(node: Pattern): string[] {
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((one) => namesOf(one.type === 'RestElement' ? one.argument : one.value));
    case 'ArrayPattern':
      return node.elements.flatMap((one) => (one === null ? [] : namesOf(one)));
    case 'RestElement':
      return namesOf(node.argument);
    case 'AssignmentPattern':
      return namesOf(node.left);
    default:
      return [];
  }
}

/** Whether evaluating the parameters runs code, so that the body has variables of its own (10.2.11, step 28). */
export function hasExpression(node: Pattern): boolean {
  switch (node.type) {
    case 'AssignmentPattern':
      return true;
    case 'ObjectPattern':
      return node.properties.some((one) =>
        one.type === 'RestElement' ? hasExpression(one.argument) : one.computed || hasExpression(one.value),
      );
    case 'ArrayPattern':
      return node.elements.some((one) => one !== null && hasExpression(one));
    case 'RestElement':
      return hasExpression(node.argument);
    default:
      return false;
  }
}

/** Calls, and what else V8 can stop at, in parameters: a breakpoint at the function's entry would be placed there. */
export function hasCall(node: AnyNode): boolean {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
    case 'TaggedTemplateExpression':
    case 'ImportExpression':
    case 'AwaitExpression':
    case 'YieldExpression':
    case 'ClassExpression':
      return true;
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return false;
    default:
      return Object.values(node).some((part: unknown) => (Array.isArray(part) ? part.some(isCall) : isCall(part)));
  }
}

function isCall(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'type' in part && 'start' in part && hasCall(part as AnyNode);
}

/** The first computed key of a pattern: code that runs whatever the argument is. */
export function computedKeyOf(node: Pattern): AnyNode | undefined {
  switch (node.type) {
    case 'AssignmentPattern':
      return computedKeyOf(node.left);
    case 'ObjectPattern':
      return firstOf(node.properties, (one) =>
        one.type === 'RestElement'
          ? computedKeyOf(one.argument)
          : one.computed
            ? (one.key as AnyNode)
            : computedKeyOf(one.value),
      );
    case 'ArrayPattern':
      return firstOf(node.elements, (one) => (one === null ? undefined : computedKeyOf(one)));
    case 'RestElement':
      return computedKeyOf(node.argument);
    default:
      return undefined;
  }
}

/** The first answer that is one. */
export function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
