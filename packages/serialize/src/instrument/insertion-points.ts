import type { AnyNode, Class, Function as FunctionNode, Program } from 'acorn';
import { skipTrivia } from '../analyze/class-facts.js';
import type { FoundFunction } from '../analyze/lexical.js';
import type { CodeNode } from './nodes.js';

/** Where the first statement may stand: after directives, which must come first. */
export function afterDirectives(
  statements: readonly AnyNode[],
  start: number,
  source: string,
): { readonly at: number; readonly after: string } {
  let last: AnyNode | undefined;
  for (const statement of statements) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') break;
    last = statement;
  }
  if (last === undefined) return { at: start, after: '' };
  return { at: last.end, after: source[last.end - 1] === ';' ? '' : ';' };
}

/** Where the first statement of a file may stand: after its directives, or its hashbang. */
export function startOf(program: Program, source: string): number {
  const { at } = afterDirectives(program.body as AnyNode[], 0, source);
  if (at > 0 || !source.startsWith('#!')) return at;
  const end = source.search(/[\n\r\u2028\u2029]/);
  return end === -1 ? source.length : end + 1;
}

/** Where the body of an arrow begins, right after its `=>`. */
export function afterArrow(source: string, node: FunctionNode): number {
  let at = node.params.at(-1)?.end ?? node.start + (node.async ? 'async'.length : 0);
  for (;;) {
    at = skipTrivia(source, at);
    if (source.startsWith('=>', at)) return at + 2;
    at++;
  }
}

/** Where V8 says that a function or class stands: at its parameters, or at the constructor that was written. */
export function locationOf(source: string, node: CodeNode, found: FoundFunction): number {
  if (node.type === 'ArrowFunctionExpression') return node.start;
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
    const made = (node as Class).body.body.find((one) => one.type === 'MethodDefinition' && one.kind === 'constructor');
    return made?.start ?? node.start;
  }
  return found.start === node.start ? source.indexOf('(', (node as FunctionNode).id?.end ?? node.start) : node.start;
}
