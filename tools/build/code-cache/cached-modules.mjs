// Makes of an ES module a function in a CommonJS file, which can be loaded with V8's code cache on every version of Node
// (`vm.Script`; an ES module cannot), and of the module itself the few lines that load it. Line numbers stay what they are.
import { Parser } from 'acorn';

/** The head stands on the first line. In parentheses V8 compiles the function with the file: else it would be parsed twice. */
const HEAD = "module.exports = (function (__url, __require, __import) { 'use strict'; ";
// Another process may refer to it by its file, and `require` it.
const FOOT = "}); if (!module.isBeingLoaded) require('./load-code.cjs').start(module);";
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/m;

/**
 * @param name - The name of the file, without its extension.
 * @param module - An ES module as esbuild writes it.
 * @returns The texts of `name.js` and `name.cjs`.
 */
export function cachedModule(name, module) {
  const text = withAsciiComments(withRequire(module), 'module');
  const program = Parser.parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
  const imports = program.body.filter(({ type }) => type === 'ImportDeclaration');
  const exports = program.body.filter(({ type }) => type === 'ExportNamedDeclaration');
  const names = exports.flatMap(({ specifiers }) =>
    specifiers.map(({ local, exported }) => [exported.name, local.name]),
  );
  const taken = imports.map(bindings);
  const edits = [
    ...imports.map(({ start, end }) => ({ start, end, text: lines(text.slice(start, end)) })),
    ...exports.map(({ start, end }) => ({ start, end, text: lines(text.slice(start, end)) })),
    ...placesIn(program),
  ].sort((a, b) => b.start - a.start);
  let body = text;
  for (const edit of edits) body = body.slice(0, edit.start) + edit.text + body.slice(edit.end);
  const result = `return { ${names.map(([exported, local]) => `${exported}: ${local}`).join(', ')} }; ${FOOT}`;
  const code = HEAD + taken.join('') + body.replace(MAP_COMMENT, (comment) => `${result}\n${comment}`);
  refuseReassigned(name, program, new Set(names.map(([, local]) => local)));
  return {
    [`${name}.js`]: facade(
      name,
      names.map(([exported]) => exported),
    ),
    [`${name}.cjs`]: code,
  };
}

function facade(name, names) {
  const loaded = `createRequire(import.meta.url)('./load-code.cjs').load(fileURLToPath(new URL('./${name}.cjs', import.meta.url)))`;
  return [
    "import { createRequire } from 'node:module';",
    "import { fileURLToPath } from 'node:url';",
    names.length === 0 ? `${loaded};` : `export const { ${names.join(', ')} } = ${loaded};`,
    '',
  ].join('\n');
}

/** What an import declares, as constants: modules are complete when those that import them begin. */
function bindings({ specifiers, source }) {
  const from = `__require(${JSON.stringify(source.value)})`;
  const isBuiltin = source.value.startsWith('node:');
  const named = [];
  let result = '';
  for (const { type, local, imported } of specifiers) {
    const isDefault = type === 'ImportDefaultSpecifier' || imported?.name === 'default';
    if (type === 'ImportNamespaceSpecifier' || (isBuiltin && isDefault)) result += `const ${local.name} = ${from}; `;
    else named.push(`${isDefault ? 'default' : imported.name}: ${local.name}`);
  }
  if (specifiers.length === 0) return `${from}; `;
  return named.length === 0 ? result : `${result}const { ${named.join(', ')} } = ${from}; `;
}

/** Where a module does what only a module can. In a script with a cache, V8 does not find whom to ask for `import()`. */
function placesIn(program) {
  const found = [];
  walk(program, ({ type, start, end, meta }) => {
    if (type === 'MetaProperty' && meta.name === 'import')
      found.push({ start, end: end + '.url'.length, text: '__url' });
    if (type === 'ImportExpression') found.push({ start, end: start + 'import'.length, text: '__import' });
  });
  return found;
}

/** Who takes a value once would not see another one. */
function refuseReassigned(name, program, exported) {
  const refuse = (target) => {
    if (target.type === 'Identifier' && exported.has(target.name)) {
      throw new Error(`${name}: ${target.name} is exported and assigned to; export a function that reads it.`);
    }
  };
  walk(program, (node) => {
    if (node.type === 'AssignmentExpression') refuse(node.left);
    if (node.type === 'UpdateExpression') refuse(node.argument);
  });
}

function walk(node, visit) {
  if (Array.isArray(node)) for (const part of node) walk(part, visit);
  else if (typeof node?.type === 'string') {
    visit(node);
    for (const part of Object.values(node)) if (typeof part === 'object') walk(part, visit);
  }
}

/** Parts that are loaded later have caches, too. */
function withRequire(text) {
  return text.replace(/(\blater\("\.\/[\w-]+\.cjs", import\.meta\.url, \w+)\)/g, '$1, __require)');
}

/** One character in a comment that is not ASCII makes the text of the file take twice the memory, and thrice the time to read. */
export function withAsciiComments(text, sourceType) {
  const comments = [];
  Parser.parse(text, { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true, onComment: comments });
  let result = '';
  let end = 0;
  for (const comment of comments) {
    result += text.slice(end, comment.start) + text.slice(comment.start, comment.end).replace(/[^\0-\x7f]/g, '?');
    end = comment.end;
  }
  result += text.slice(end);
  if (/[^\0-\x7f]/.test(result)) throw new Error('There are characters that are not ASCII outside of comments.');
  return result;
}

function lines(text) {
  return '\n'.repeat(text.split('\n').length - 1);
}
