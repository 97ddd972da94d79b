import type { AnyNode, Program } from 'acorn';
import { skipTrivia } from './class-facts.js';
import type { FoundFunction } from './lexical.js';
import { parseScript } from './parse.js';
import type { Binding, Scope } from './scope.js';
import { resolve, walk } from './walker.js';

/** What an import statement binds. */
export interface ImportedName {
  readonly specifier: string;
  /** The export's name; `*` for the namespace. */
  readonly imported: string;
}

/** Everything that the text of a whole script says about the functions in it. */
export class ScriptFacts {
  /** Names bound by import declarations. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Names under which the module exports its own bindings: local name to export name. */
  readonly exports: ReadonlyMap<string, string>;

  readonly #text: string;
  readonly #functions: readonly FoundFunction[];
  readonly #bindings: ReadonlyMap<string, Binding>;
  /** Offset of the start of each line. */
  readonly #lines: readonly number[];

  /**
   * @param text - The whole source.
   * @param isModule - Whether it is an ES module.
   * @throws SyntaxError where it is neither.
   */
  constructor(text: string, isModule: boolean) {
    const program = parseScript(text, isModule);
    const walked = walk(program, { strict: isModule, functions: true });
    resolve(walked);
    this.#text = text;
    this.#functions = [...walked.functions];
    this.#bindings = walked.root.bindings;
    this.#lines = lineStarts(text);
    this.imports = importsOf(program);
    this.exports = exportsOf(program);
  }

  /**
   * The function with this text that V8 locates at a place.
   *
   * @param line - From 0, in this text.
   * @param column - From 0.
   */
  functionAt(line: number, column: number, text: string): FoundFunction | undefined {
    const start = this.#lines[line];
    if (start === undefined) return undefined;
    const offset = start + column;
    // V8 locates a function at its parameters: the innermost function of that text around the place.
    let best: FoundFunction | undefined;
    for (const found of this.#functions) {
      if (found.start > offset) continue;
      if (found.end <= offset || found.end - found.start < text.length) continue;
      if ((best === undefined || found.start >= best.start) && this.textOf(found) === text) best = found;
    }
    return best;
  }

  /** Whether an export changes its value after its declaration; `undefined` where the module only passes it on. */
  isMutableExport(exported: string): boolean | undefined {
    for (const [local, name] of this.exports) {
      if (name !== exported) continue;
      const binding = this.#bindings.get(local);
      if (binding !== undefined && binding.kind !== 'import') return binding.assigned;
    }
    return undefined;
  }

  /** A function by its index in the list. */
  functionByIndex(index: number): FoundFunction | undefined {
    return this.#functions[index];
  }

  /** The class or function that opens a scope. */
  functionByScope(scope: Scope): FoundFunction | undefined {
    return this.#functions.find(({ inner }) => inner === scope);
  }

  /** What `toString` gives for a function of this script. */
  textOf(found: FoundFunction): string {
    return this.#text.slice(skipTrivia(this.#text, found.start), found.end);
  }

  /** The line and column, both from 0, where a function's text starts. */
  placeOf(found: FoundFunction): { readonly line: number; readonly column: number } {
    const offset = skipTrivia(this.#text, found.start);
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lines[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (this.#lines[low] as number) };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  // The line terminators of ECMA-262, which V8 counts too.
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}

function importsOf(program: Program): ReadonlyMap<string, ImportedName> {
  const imports = new Map<string, ImportedName>();
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration' || typeof statement.source.value !== 'string') continue;
    for (const one of statement.specifiers) {
      imports.set(one.local.name, {
        specifier: statement.source.value,
        imported:
          one.type === 'ImportNamespaceSpecifier'
            ? '*'
            : one.type === 'ImportDefaultSpecifier'
              ? 'default'
              : nameOf(one.imported),
      });
    }
  }
  return imports;
}

function exportsOf(program: Program): ReadonlyMap<string, string> {
  const exports = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type === 'ExportNamedDeclaration' && !statement.source) {
      for (const one of statement.specifiers) exports.set(nameOf(one.local), nameOf(one.exported));
      const declaration = statement.declaration;
      if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
        if (declaration.id) exports.set(declaration.id.name, declaration.id.name);
      } else if (declaration?.type === 'VariableDeclaration') {
        for (const { id } of declaration.declarations) if (id.type === 'Identifier') exports.set(id.name, id.name);
      }
    } else if (statement.type === 'ExportDefaultDeclaration') {
      const declaration = statement.declaration as AnyNode;
      if (declaration.type === 'Identifier') exports.set(declaration.name, 'default');
      else if ('id' in declaration && declaration.id && declaration.id.type === 'Identifier') {
        exports.set(declaration.id.name, 'default');
      }
    }
  }
  return exports;
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}
