import { type AnyNode, type Options, Parser, type Program } from 'acorn';

/** How the text of a function becomes an expression. */
export type SourceForm =
  /** The text is an expression already: `function`, arrow or `class`. */
  | 'expression'
  /** The text is a method or an accessor, and stands in an object literal. */
  | 'member';

/** A function's text, parsed. */
export interface ParsedFunction {
  readonly form: SourceForm;
  /** The node whose text was given: a function, a class, or a property whose value is a function. */
  readonly node: AnyNode;
  /** What is to be subtracted from positions in the tree to get positions in the text. */
  readonly offset: number;
}

const LENIENT: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  // The text was accepted by the engine once, in its place: `import.meta`, `super` and `#x` need not stand on their own.
  allowImportExportEverywhere: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
};

/**
 * Leaves out what the engine checked when it took the text: that no name is declared twice, and that what is exported is
 * declared. acorn looks through a list for it, which in a bundle with 48,000 names takes as long as all the rest.
 */
class AcceptedParser extends Parser {
  declareName(): void {}

  checkLocalExport(): void {}
}

function parse(text: string, options: Options): Program {
  return AcceptedParser.parse(text, options);
}

// `new.target` is only accepted inside of a function.
const EXPRESSION_PREFIX = '(function(){(';
const EXPRESSION_SUFFIX = '\n)})';
const MEMBER_PREFIX = '({';
const MEMBER_SUFFIX = '\n})';
// `super(…)` only stands in a constructor; an arrow inside of one may have it.
const CONSTRUCTOR_PREFIX = '(class extends Object{constructor(){(';
const CONSTRUCTOR_SUFFIX = '\n)}})';

/**
 * Parses what `Function.prototype.toString` gave.
 *
 * @param text - The source text of one function or class.
 * @param isMethod - Whether the function is known to be a method. A method whose key is a keyword,
 *   `{ function() {} }`, has the text of a function expression.
 * @throws SyntaxError where the text is no function: a native function, a text that somebody's `toString` made up.
 */
export function parseFunction(text: string, isMethod = false): ParsedFunction {
  if (isMethod) return asMember(text);
  let failure: unknown;
  for (const attempt of [asExpression, asMember, asInConstructor]) {
    try {
      return attempt(text);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Parses a whole script or module. */
export function parseScript(text: string, isModule: boolean): Program {
  return parse(text, {
    ...LENIENT,
    sourceType: isModule ? 'module' : 'script',
    allowHashBang: true,
    allowReturnOutsideFunction: !isModule,
    allowAwaitOutsideFunction: isModule,
    allowSuperOutsideMethod: true,
  });
}

function asExpression(text: string): ParsedFunction {
  const program = parse(EXPRESSION_PREFIX + text + EXPRESSION_SUFFIX, LENIENT);
  const outer = unwrap(program);
  if (outer.type !== 'FunctionExpression') throw new SyntaxError('not a function');
  const statement = outer.body.body[0];
  if (outer.body.body.length !== 1 || statement?.type !== 'ExpressionStatement')
    throw new SyntaxError('not a function');
  return { form: 'expression', node: onlyCode(statement.expression), offset: EXPRESSION_PREFIX.length };
}

function asInConstructor(text: string): ParsedFunction {
  const outer = unwrap(parse(CONSTRUCTOR_PREFIX + text + CONSTRUCTOR_SUFFIX, LENIENT));
  const member = outer.type === 'ClassExpression' ? outer.body.body[0] : undefined;
  const statement = member?.type === 'MethodDefinition' ? member.value.body.body[0] : undefined;
  if (statement?.type !== 'ExpressionStatement') throw new SyntaxError('not a function');
  return { form: 'expression', node: onlyCode(statement.expression), offset: CONSTRUCTOR_PREFIX.length };
}

function asMember(text: string): ParsedFunction {
  // An object literal has no private names, a class has; both have the same methods otherwise.
  const inClass = /^(?:(?:get|set|async)\b)?[\s*]*#/.test(text);
  const [prefix, suffix] = inClass ? ['(class{', '\n})'] : [MEMBER_PREFIX, MEMBER_SUFFIX];
  const outer = unwrap(parse(prefix + text + suffix, LENIENT));
  const members =
    outer.type === 'ObjectExpression' ? outer.properties : outer.type === 'ClassExpression' ? outer.body.body : [];
  const member = members[0];
  if (
    members.length !== 1 ||
    member === undefined ||
    (member.type === 'Property' && !member.method && member.kind === 'init') ||
    (member.type !== 'Property' && member.type !== 'MethodDefinition')
  ) {
    throw new SyntaxError('not a method');
  }
  return { form: 'member', node: member, offset: prefix.length };
}

function unwrap(program: Program): AnyNode {
  const statement = program.body[0];
  if (program.body.length !== 1 || statement?.type !== 'ExpressionStatement') throw new SyntaxError('not a function');
  return statement.expression;
}

function onlyCode(node: AnyNode): AnyNode {
  switch (node.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassExpression':
      return node;
    default:
      throw new SyntaxError('not a function');
  }
}
