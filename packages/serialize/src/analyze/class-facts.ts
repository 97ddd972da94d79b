import type { AnyNode, Class, Node } from 'acorn';
import type { Span } from './lexical.js';

/** The key of a class element, as far as the text tells. */
export type ElementKey =
  | { readonly kind: 'name'; readonly name: string }
  /** `[Symbol.iterator]` and its like. */
  | { readonly kind: 'well-known'; readonly name: string }
  /** Only running the expression would tell. */
  | { readonly kind: 'computed' }
  | { readonly kind: 'private'; readonly name: string };

/** One element of a class body. Positions are offsets in the text of the class. */
export interface ClassElement {
  readonly kind: 'constructor' | 'method' | 'getter' | 'setter' | 'field' | 'static-block';
  readonly isStatic: boolean;
  readonly key: ElementKey;
  /** The whole element, with `static` and the semicolon of a field. */
  readonly span: Span;
  /** The text that `toString` of the method gives. */
  readonly textStart: number;
  /** The expression between the brackets of a computed key. */
  readonly keySpan: Span;
  /** The initialiser of a field. */
  readonly value: Span | undefined;
  /** A field whose initialiser only makes a value: running it can be seen by nobody. */
  readonly isPure: boolean;
  /** For a constructor: where its body begins, after the brace. */
  readonly bodyStart: number;
}

/** What the text of a class says about its parts. */
export interface ClassFacts {
  readonly heritage: Span | undefined;
  /** Whether the heritage may be evaluated again: names and members of names only. */
  readonly heritageNames: readonly string[] | undefined;
  readonly extendsNull: boolean;
  /** After the opening and before the closing brace. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly elements: readonly ClassElement[];
}

/** Lists the elements of a class. */
export function classFacts(node: Class, text: string, offset: number): ClassFacts {
  const shift = (one: Node): Span => ({ start: one.start - offset, end: one.end - offset });
  const elements = node.body.body.map((element): ClassElement => {
    const span = shift(element);
    if (element.type === 'StaticBlock') {
      return {
        kind: 'static-block',
        isStatic: true,
        key: { kind: 'computed' },
        span,
        textStart: span.start,
        keySpan: span,
        value: undefined,
        isPure: false,
        bodyStart: -1,
      };
    }
    const method = element.type === 'MethodDefinition' ? element : undefined;
    return {
      kind: method === undefined ? 'field' : methodKind(method.kind),
      isStatic: element.static,
      key: keyOf(element.key as AnyNode, element.computed),
      span,
      textStart: element.static ? skipTrivia(text, span.start + 'static'.length) : span.start,
      keySpan: shift(element.key),
      value: element.type === 'PropertyDefinition' && element.value ? shift(element.value) : undefined,
      isPure: element.type === 'PropertyDefinition' && (!element.value || makesValue(element.value as AnyNode)),
      bodyStart: method === undefined ? -1 : method.value.body.start + 1 - offset,
    };
  });
  const heritage = node.superClass ?? undefined;
  return {
    heritage: heritage && shift(heritage),
    heritageNames: heritage && namesInPath(heritage as AnyNode),
    extendsNull: heritage?.type === 'Literal' && heritage.raw === 'null',
    bodyStart: node.body.start + 1 - offset,
    bodyEnd: node.body.end - 1 - offset,
    elements,
  };
}

function methodKind(kind: 'constructor' | 'method' | 'get' | 'set'): ClassElement['kind'] {
  return kind === 'get' ? 'getter' : kind === 'set' ? 'setter' : kind;
}

function keyOf(key: AnyNode, computed: boolean): ElementKey {
  if (key.type === 'PrivateIdentifier') return { kind: 'private', name: key.name };
  if (key.type === 'Identifier' && !computed) return { kind: 'name', name: key.name };
  if (key.type === 'Literal' && key.value !== null && typeof key.value !== 'object') {
    return { kind: 'name', name: String(key.value) };
  }
  if (
    key.type === 'MemberExpression' &&
    !key.computed &&
    key.object.type === 'Identifier' &&
    key.object.name === 'Symbol' &&
    key.property.type === 'Identifier' &&
    typeof (Symbol as unknown as Record<string, unknown>)[key.property.name] === 'symbol'
  ) {
    return { kind: 'well-known', name: key.property.name };
  }
  return { kind: 'computed' };
}

/** `a` and `a.b.c`: what can be evaluated without running anybody's code. */
function namesInPath(node: AnyNode): readonly string[] | undefined {
  if (node.type === 'Identifier') return [node.name];
  if (node.type === 'MemberExpression' && !node.computed) return namesInPath(node.object as AnyNode);
  return undefined;
}

/** Whether an expression makes a value and does nothing else, whatever the variables around it are. */
function makesValue(node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'ThisExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true;
    case 'Identifier':
      return node.name === 'undefined';
    case 'TemplateLiteral':
      return node.expressions.length === 0;
    case 'UnaryExpression':
      return node.argument.type === 'Literal' && node.operator !== 'delete';
    case 'ArrayExpression':
      return node.elements.every((one) => one === null || makesValue(one as AnyNode));
    case 'ObjectExpression':
      return node.properties.every(
        (one) => one.type === 'Property' && !one.computed && !one.shorthand && makesValue(one.value as AnyNode),
      );
    case 'NewExpression':
      return node.arguments.length === 0 && node.callee.type === 'Identifier' && COLLECTIONS.has(node.callee.name);
    default:
      return false;
  }
}

const COLLECTIONS: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array', 'Object', 'Date']);

/** The position after white space and comments. */
export function skipTrivia(text: string, from: number): number {
  const trivia = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n\r\u2028\u2029]*)*/y;
  trivia.lastIndex = from;
  trivia.exec(text);
  return trivia.lastIndex;
}
