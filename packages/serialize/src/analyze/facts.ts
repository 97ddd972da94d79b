import type { AnyNode, Class, Function as FunctionNode, Identifier } from 'acorn';
import { type ClassFacts, classFacts } from './class-facts.js';
import { hasUseStrict } from './function-walker.js';
import type { Span } from './lexical.js';
import { parseFunction, type SourceForm } from './parse.js';
import { computedKeyOf, hasCall } from './patterns.js';
import { resolve, walk } from './walker.js';

/** How a name that the text does not bind is used in it. */
export interface FreeName {
  readonly name: string;
  /** Whether the text assigns it. */
  readonly assigned: boolean;
  readonly uses: readonly (Span & { readonly shorthand: boolean })[];
}

/** What kind of callable a text is. */
export type CodeKind = 'arrow' | 'function' | 'method' | 'getter' | 'setter' | 'class';

/** Everything that the text of one function says about it. All positions are offsets in the text. */
export interface CodeFacts {
  readonly text: string;
  readonly kind: CodeKind;
  readonly form: SourceForm;
  readonly async: boolean;
  readonly generator: boolean;
  /** The name in the text of a function or a class. */
  readonly ownName: string | undefined;
  /** The value of `name` that the engine gives by the text alone; undefined for anonymous code and computed keys. */
  readonly textName: string | undefined;
  /** Whether the text uses its own name. */
  readonly usesOwnName: boolean;
  /** Whether the text assigns its own name: in vain in a function expression, not so in a declaration. */
  readonly assignsOwnName: boolean;
  /** Where V8 says that the function stands: its parameters, or `class`. */
  readonly locationOffset: number;
  /** The names that the text uses and does not bind, `arguments` of an arrow among them. */
  readonly free: ReadonlyMap<string, FreeName>;
  /** Whether the text itself says that it is strict: a class, or a directive. */
  readonly strict: boolean;
  /** Whether the same text may behave differently in sloppy and in strict code. */
  readonly modeSensitive: boolean;
  /** `this` of the code around, used by an arrow or in the heritage and keys of a class. */
  readonly outerThis: readonly Span[];
  readonly outerNewTarget: readonly Span[];
  /** `super` that belongs to a method around the text. */
  readonly outerSuper: readonly Span[];
  /** Whether an arrow calls the constructor of the superclass around it. */
  readonly callsOuterSuper: boolean;
  /** Whether a method uses `super` itself: it needs its home object. */
  readonly usesSuper: boolean;
  /** Private names, without `#`, of a class around the text. */
  readonly freePrivateNames: ReadonlySet<string>;
  readonly importMeta: readonly Span[];
  readonly dynamicImports: readonly Span[];
  readonly hasDirectEval: boolean;
  /** The computed key of a method that stands alone. */
  readonly computedKey: Span | undefined;
  /** Code in the parameters that would run before the function is stopped, whatever the arguments. */
  readonly runsBeforeBody: boolean;
  /** Calls in the parameters, where V8 would place a breakpoint at the function's entry: it is passed by. */
  readonly stopsBeforeBody: boolean;
  /** `length` as the engine sets it: the parameters before the first default or rest. */
  readonly length: number;
  /** How many arguments keep every default of the parameters from running. */
  readonly parameterCount: number;
  /** The parameters, where all of them are names: only then `arguments` of sloppy code is tied to them (10.2.11). */
  readonly simpleParameters: readonly string[] | undefined;
  readonly classFacts: ClassFacts | undefined;
}

/**
 * Analyses the text of one function or class.
 *
 * @param text - What `Function.prototype.toString` gave.
 * @param isMethod - See {@link parseFunction}.
 * @throws SyntaxError where the text is no function.
 */
export function analyse(text: string, isMethod = false): CodeFacts {
  const { form, node, offset } = parseFunction(text, isMethod);
  const walked = walk(node, { strict: false, functions: false });
  const { free } = resolve(walked);
  const shift = (span: Span): Span => ({ start: span.start - offset, end: span.end - offset });

  const names = new Map<string, { name: string; assigned: boolean; uses: (Span & { shorthand: boolean })[] }>();
  for (const use of free) {
    let entry = names.get(use.name);
    if (entry === undefined) {
      entry = { name: use.name, assigned: false, uses: [] };
      names.set(use.name, entry);
    }
    entry.assigned ||= use.write;
    entry.uses.push({ ...shift(use), shorthand: use.shorthand });
  }

  const isClass = node.type === 'ClassExpression';
  const fn = isClass ? undefined : functionOf(node);
  const entered = fn ?? constructorOf(node);
  const kind = kindOf(node);
  const key = node.type === 'Property' || node.type === 'MethodDefinition' ? node : undefined;
  return {
    text,
    kind,
    form,
    async: fn?.async ?? false,
    generator: fn?.generator ?? false,
    ownName: key === undefined ? ((node as Class | FunctionNode).id?.name ?? undefined) : undefined,
    textName: key === undefined ? ((node as Class | FunctionNode).id?.name ?? undefined) : memberName(key),
    usesOwnName: walked.uses.some(
      (use) => use.name === walked.ownName?.name && use.scope.lookup(use.name)?.binding === walked.ownName,
    ),
    assignsOwnName: walked.ownName?.assigned ?? false,
    locationOffset: locationOffset(node, text, offset),
    free: names,
    strict: isClass || (fn?.body.type === 'BlockStatement' && hasUseStrict(fn.body.body)),
    modeSensitive: !isClass && walked.modeSensitive,
    outerThis: walked.outside.this.map(shift),
    outerNewTarget: walked.outside.newTarget.map(shift),
    outerSuper: walked.outside.superProperty.map(shift),
    callsOuterSuper: walked.outside.superCall.length > 0,
    usesSuper: kind !== 'class' && (walked.own?.superProperty.length ?? 0) > 0,
    freePrivateNames: walked.freePrivateNames,
    importMeta: walked.importMeta.map(shift),
    dynamicImports: walked.dynamicImports.map(shift),
    hasDirectEval: walked.hasDirectEval,
    computedKey: key?.computed ? shift(key.key) : undefined,
    runsBeforeBody: entered?.params.some((param) => computedKeyOf(param) !== undefined) ?? false,
    stopsBeforeBody: entered?.params.some(hasCall) ?? false,
    length: lengthOf(entered),
    parameterCount: entered?.params.length ?? 0,
    simpleParameters: fn && simpleParameters(fn),
    classFacts: isClass ? classFacts(node, text, offset) : undefined,
  };
}

function functionOf(node: AnyNode): FunctionNode {
  return (node.type === 'Property' || node.type === 'MethodDefinition' ? node.value : node) as FunctionNode;
}

function constructorOf(node: AnyNode): FunctionNode | undefined {
  const element = (node as Class).body.body.find(
    (one) => one.type === 'MethodDefinition' && one.kind === 'constructor',
  );
  return element?.type === 'MethodDefinition' ? element.value : undefined;
}

function simpleParameters({ params }: FunctionNode): readonly string[] | undefined {
  return params.every((one) => one.type === 'Identifier') ? params.map((one) => (one as Identifier).name) : undefined;
}

function lengthOf(fn: FunctionNode | undefined): number {
  const first =
    fn?.params.findIndex((param) => param.type === 'AssignmentPattern' || param.type === 'RestElement') ?? 0;
  return first === -1 ? (fn as FunctionNode).params.length : first;
}

function memberName(member: Extract<AnyNode, { type: 'Property' | 'MethodDefinition' }>): string | undefined {
  if (member.computed) return undefined;
  const key = member.key as AnyNode;
  const prefix = member.kind === 'get' || member.kind === 'set' ? `${member.kind} ` : '';
  if (key.type === 'Identifier') return prefix + key.name;
  return key.type === 'Literal' ? prefix + String(key.value) : undefined;
}

function locationOffset(node: AnyNode, text: string, offset: number): number {
  switch (node.type) {
    case 'ArrowFunctionExpression':
      return 0;
    case 'ClassExpression':
      return (constructorOf(node)?.start ?? node.start) - offset;
    case 'Property':
    case 'MethodDefinition':
      return node.value.start - offset;
    default:
      return text.indexOf('(', ((node as FunctionNode).id?.end ?? node.start) - offset);
  }
}

function kindOf(node: AnyNode): CodeKind {
  switch (node.type) {
    case 'ArrowFunctionExpression':
      return 'arrow';
    case 'ClassExpression':
      return 'class';
    case 'Property':
    case 'MethodDefinition':
      return node.kind === 'get' ? 'getter' : node.kind === 'set' ? 'setter' : 'method';
    default:
      return 'function';
  }
}
