import type { AnyNode, Class, Function as FunctionNode, Program } from 'acorn';
import { skipTrivia } from '../analyze/class-facts.js';
import { hoist } from '../analyze/hoisting.js';
import type { FoundFunction } from '../analyze/lexical.js';
import { parseScript } from '../analyze/parse.js';
import { computedKeyOf, firstOf, hasExpression } from '../analyze/patterns.js';
import { type Binding, Scope } from '../analyze/scope.js';
import type { WalkResult } from '../analyze/walk-state.js';
import { resolve, walk } from '../analyze/walker.js';
import { afterArrow, afterDirectives, locationOf, startOf } from './insertion-points.js';
import { Insertions } from './insertions.js';
import { type CodeNode, collectNodes, type Nodes } from './nodes.js';
import { REGISTRY_NAME } from './registry.js';

/** A scope in a file: what it is called, and how many lie around it. */
export interface ScopeEntry {
  readonly key: string;
  readonly depth: number;
  readonly description: string;
}

/** A function or class in a file. */
export interface CodeEntry {
  readonly id: number;
  /** What `toString` gives, in the original. */
  readonly start: number;
  readonly end: number;
  /** Where V8 says that it stands. */
  readonly location: number;
  readonly isClass: boolean;
  readonly generator: boolean;
  readonly parameterCount: number;
  /** The names that its getters read, in order, and where each is bound. */
  readonly names: readonly (readonly [name: string, scope: ScopeEntry])[];
  /** The scopes that it can mark. */
  readonly marks: readonly ScopeEntry[];
  readonly tellsThis: boolean;
  readonly tellsNewTarget: boolean;
}

/** A file, instrumented. */
export interface Rewritten {
  readonly code: string;
  readonly insertions: Insertions;
  /** In the order of their ids. */
  readonly entries: readonly CodeEntry[];
  /** The names at the top of the file, in the order of its getters. */
  readonly rootNames: readonly string[];
}

const COMMON_JS_NAMES = ['exports', 'require', 'module', '__filename', '__dirname', 'arguments'];

/** Names that are names in some places only: readers of them stand elsewhere. */
const CONTEXTUAL_NAMES: ReadonlySet<string> = new Set(['yield', 'await', 'let', 'static']);

/**
 * Rewrites a file so that every function in it can be asked what it sees.
 *
 * - A function begins with a test of a flag. When it is set the function hands out readers of the variables that it uses from around
 *   it, and returns; so asking means calling, and costs nothing while nobody asks.
 * - A class has a static block that does the same when the class is defined.
 * - A scope with variables that its closures assign has a hidden variable more. What one function writes there
 *   another one reads exactly if both see the same instance of the scope.
 *
 * Everything is inserted, and no line is added: lines stay, and columns are known.
 *
 * @param file - Names the file in the code.
 * @throws SyntaxError where the text cannot be parsed, or has something that cannot be instrumented.
 */
export function rewrite(source: string, file: string, isModule: boolean): Rewritten {
  if (source.includes(REGISTRY_NAME)) throw new SyntaxError('instrumented already');
  const program = parseScript(source, isModule);
  const walked = walk(program, { strict: isModule, functions: true });
  if (walked.hasWith) throw new SyntaxError('a with statement');
  return new Rewriter(source, file, isModule, program, walked).rewritten;
}

interface Sight {
  readonly names: Map<string, Scope>;
  readonly marks: Set<Scope>;
}

class Rewriter {
  readonly rewritten: Rewritten;
  readonly #source: string;
  readonly #file: string;
  readonly #isModule: boolean;
  readonly #walked: WalkResult;
  readonly #nodes: Nodes;
  readonly #insertions: Insertions;
  readonly #byScope: Map<Scope, number> = new Map();
  readonly #entries: Map<Scope, ScopeEntry> = new Map();
  /** Scopes with variables that a closure assigns, and the names of their hidden variables. */
  readonly #marked: Map<Scope, string> = new Map();

  constructor(source: string, file: string, isModule: boolean, program: Program, walked: WalkResult) {
    this.#source = source;
    this.#file = file;
    this.#isModule = isModule;
    this.#walked = walked;
    this.#nodes = collectNodes(program);
    this.#insertions = new Insertions(source);
    const root = rootOf(walked);
    if (!isModule) for (const name of COMMON_JS_NAMES) root.declare(name, 'param');
    resolve(walked);
    walked.functions.forEach(({ inner }, i) => {
      this.#byScope.set(inner, i);
    });
    this.#refuseNewNames();
    const sights = this.#look(root);
    const entries = walked.functions.map((found, id) => this.#instrument(found, id, sights[id] as Sight, root));
    for (const [scope, name] of this.#marked) this.#addMark(scope, name);
    const rootNames = [...root.bindings.keys()].filter((name) => name !== 'arguments');
    if (entries.length > 0) this.#insertions.openFirst(startOf(program, source), this.#rootCode(rootNames, program));
    this.rewritten = { code: this.#insertions.toString(), insertions: this.#insertions, entries, rootNames };
  }

  /** Direct `eval` in sloppy code adds variables to the function that calls it, and closures in that see them. */
  #refuseNewNames(): void {
    const growing = new Set<Scope>();
    for (const { name, scope } of this.#walked.uses) {
      if (name !== 'eval' || !scope.hasEval || scope.strict) continue;
      let at = scope;
      while (!at.isVarScope && at.parent !== undefined) at = at.parent;
      growing.add(at);
    }
    if (growing.size === 0) return;
    for (const found of this.#walked.functions) {
      for (let at: Scope | undefined = found.scope; at !== undefined; at = at.parent) {
        if (growing.has(at)) throw new SyntaxError('closures beside a direct eval that may declare variables');
      }
    }
  }

  /** What each function sees: the variables that it, or what is in it, uses, and that are bound around it. */
  #look(root: Scope): readonly Sight[] {
    const sights: Sight[] = this.#walked.functions.map(() => ({ names: new Map(), marks: new Set() }));
    for (const use of this.#walked.uses) {
      const bound = use.scope.lookup(use.name)?.scope;
      if (bound === undefined) continue;
      let crossed = false;
      for (let scope: Scope = use.scope; scope !== bound; scope = scope.parent as Scope) {
        const id = this.#byScope.get(scope);
        if (id === undefined) continue;
        crossed = true;
        if (bound !== root && !(bound.kind === 'function-name' && bound === scope.parent)) {
          (sights[id] as Sight).names.set(use.name, bound);
        }
      }
      if (crossed && use.write && bound !== root) this.#mark(bound);
      if (crossed && use.name === 'arguments' && isTied(bound)) {
        throw new SyntaxError('closures over arguments that are tied to parameters');
      }
    }
    this.#walked.functions.forEach((found, id) => {
      const sight = sights[id] as Sight;
      if (found.inner.hasEval) {
        for (let scope: Scope | undefined = found.scope; scope && scope !== root; scope = scope.parent) {
          if (scope.bindings.size > 0) this.#mark(scope);
          for (const name of scope.bindings.keys()) if (!sight.names.has(name)) sight.names.set(name, scope);
        }
        const node = this.#nodes.code.get(found.inner.start) as CodeNode;
        const own = node.type.startsWith('Class')
          ? found.inner.bindings.keys()
          : namesOfBody(node as FunctionNode, found);
        for (const name of own) sight.names.delete(name);
      }
    });
    for (const sight of sights)
      for (const scope of sight.names.values()) if (this.#marked.has(scope)) sight.marks.add(scope);
    return sights;
  }

  #mark(scope: Scope): void {
    if (scope.kind === 'class' || scope.kind === 'function-name' || this.#marked.has(scope)) return;
    this.#marked.set(scope, `${REGISTRY_NAME}${this.#marked.size}`);
  }

  #instrument(found: FoundFunction, id: number, sight: Sight, root: Scope): CodeEntry {
    const node = this.#nodes.code.get(found.inner.start) as CodeNode;
    const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
    const names = [...sight.names];
    const hidden = isClass ? new Set<string>() : namesOfBody(node as FunctionNode, found);
    if (names.some(([name]) => hidden.has(name) || CONTEXTUAL_NAMES.has(name))) {
      throw new SyntaxError('a name that means something else where the function begins');
    }
    const uses = isClass || !found.isArrow ? undefined : this.#receiverUses(found);
    const marks = [...sight.marks];
    const entry: CodeEntry = {
      id,
      start: skipTrivia(this.#source, found.start),
      end: found.end,
      location: locationOf(this.#source, node, found),
      isClass,
      generator: !isClass && (node as FunctionNode).generator === true,
      parameterCount: isClass ? 0 : (node as FunctionNode).params.length,
      names: names.map(([name, scope]) => [name, this.#scopeEntry(scope, root)]),
      marks: marks.map((scope) => this.#scopeEntry(scope, root)),
      tellsThis: uses?.tellsThis ?? false,
      tellsNewTarget: uses?.tellsNewTarget ?? false,
    };
    // What says super(…) is called by `new` alone; the class tells for it.
    if (this.#nodes.constructors.has(node.start)) return entry;
    const getters = names.map(([name]) => `()=>${name}`).join(',');
    const marking = marks
      .map((scope) => this.#marked.get(scope) as string)
      .map((name) => `[()=>${name},v=>${name}=v]`)
      .join(',');
    const self = [...(entry.tellsThis ? ['()=>this'] : []), ...(entry.tellsNewTarget ? ['()=>new.target'] : [])];
    const last = isClass ? privateReaders(node as Class) : self.join(',');
    const parts = [getters, marking, last].map((part) => `[${part}]`);
    while (parts.at(-1) === '[]') parts.pop();
    const where = `"${this.#file}",${id}`;
    if (isClass) {
      const call = [`${REGISTRY_NAME}.c(${where},this`, ...parts].join(',');
      this.#insertions.open((node as Class).body.start + 1, `static{${call})}`);
      return entry;
    }
    const { params } = node as FunctionNode;
    const body = node.body as AnyNode;
    const key = firstOf(params, computedKeyOf);
    const call = `${[`${REGISTRY_NAME}.${key === undefined ? 'f' : 't'}(${where}`, ...parts].join(',')})`;
    // The key is code that runs before the body does.
    if (key !== undefined) this.#insertions.open(key.start, `${REGISTRY_NAME}.on?${call}:`);
    else if (body.type === 'BlockStatement') {
      const { at, after } = afterDirectives(body.body, body.start + 1, this.#source);
      this.#insertions.open(at, `${after}if(${REGISTRY_NAME}.on)return ${call};`);
    } else {
      this.#insertions.open(afterArrow(this.#source, node as FunctionNode), `${REGISTRY_NAME}.on?${call}:`);
    }
    return entry;
  }

  /** The arrows inside of an arrow, and it itself, use its `this`. */
  #receiverUses({ start, end, receiver }: FoundFunction): {
    readonly tellsThis: boolean;
    readonly tellsNewTarget: boolean;
  } {
    const within = (spans: readonly { readonly start: number; readonly end: number }[]): boolean =>
      spans.some((span) => span.start >= start && span.end <= end);
    const isTop = receiver.kind === 'outside';
    return {
      tellsThis: within(receiver.this) || within(receiver.superProperty) || within(receiver.newTarget),
      tellsNewTarget: within(receiver.newTarget) && !(isTop && this.#isModule),
    };
  }

  #scopeEntry(scope: Scope, root: Scope): ScopeEntry {
    let entry = this.#entries.get(scope);
    if (entry === undefined) {
      let depth = 0;
      for (let at = scope; at !== root && at.parent !== undefined; at = at.parent) depth++;
      const kind =
        scope.kind === 'block' || scope.kind === 'class' ? 'Block' : scope.kind === 'catch' ? 'Catch' : 'Closure';
      entry = { key: `${this.#file}:${scope.kind}${scope.start}`, depth, description: kind };
      this.#entries.set(scope, entry);
    }
    return entry;
  }

  #addMark(scope: Scope, name: string): void {
    const declaration = `let ${name};`;
    const { start } = scope;
    if (scope.kind === 'function' || scope.kind === 'body') {
      const node = this.#nodes.code.get(start);
      if (node !== undefined) {
        this.#requireNoneInParameters(start, name);
        this.#inBody(node as FunctionNode, declaration);
        return;
      }
    }
    const node = this.#nodes.scopes.get(start);
    switch (node?.type) {
      case 'BlockStatement': {
        const { at, after } = afterDirectives(scope.kind === 'body' ? node.body : [], start + 1, this.#source);
        this.#insertions.open(at, after + declaration);
        return;
      }
      case 'StaticBlock':
        this.#insertions.open(this.#source.indexOf('{', start) + 1, declaration);
        return;
      case 'CatchClause':
        this.#insertions.open(node.body.start + 1, declaration);
        return;
      case 'ForStatement':
        if (node.init?.type !== 'VariableDeclaration') break;
        this.#insertions.close((node.init.declarations.at(-1) as AnyNode).end, `,${name}`, 0);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        if (node.body.type === 'BlockStatement') this.#insertions.open(node.body.start + 1, declaration);
        else this.#around(node.body, declaration);
        return;
      case 'SwitchStatement':
        this.#around(node, declaration);
        return;
      default:
    }
    throw new SyntaxError(`a scope of kind ${scope.kind}`);
  }

  #inBody(node: FunctionNode, declaration: string): void {
    const body = node.body as AnyNode;
    if (body.type !== 'BlockStatement') {
      const at = afterArrow(this.#source, node);
      this.#insertions.openFirst(at, `{${declaration}return(`);
      this.#insertions.close(node.end, ')}', at);
      return;
    }
    const { at, after } = afterDirectives(body.body, body.start + 1, this.#source);
    this.#insertions.open(at, after + declaration);
  }

  #around(node: AnyNode, declaration: string): void {
    this.#insertions.open(node.start, `{${declaration}`);
    this.#insertions.close(node.end, '}', node.start);
  }

  /** A hidden variable in the body is not seen from the parameters. */
  #requireNoneInParameters(owner: number, name: string): void {
    const stretches = this.#nodes.parameters.filter((one) => one.owner === owner);
    for (const found of this.#walked.functions) {
      if (stretches.some(({ start, end }) => found.start >= start && found.end <= end)) {
        throw new SyntaxError(`a closure in parameters beside ${name}`);
      }
    }
  }

  #rootCode(names: readonly string[], program: Program): string {
    const { after } = afterDirectives(program.body as AnyNode[], 0, this.#source);
    return `${after}${REGISTRY_NAME}.m("${this.#file}",[${names.map((name) => `()=>${name}`).join(',')}]);`;
  }
}

/**
 * Readers of the private fields of a class, in the order of their definition, of its static ones, and of whether an object
 * has its private methods: they can only stand inside of it.
 */
function privateReaders({ body }: Class): string {
  const reader = (isStatic: boolean): string => {
    const names = body.body.flatMap((one) =>
      one.type === 'PropertyDefinition' && one.key.type === 'PrivateIdentifier' && one.static === isStatic
        ? [one.key.name]
        : [],
    );
    return names.length === 0 ? '' : `o=>[${names.map((name) => `o.#${name}`).join(',')}]`;
  };
  const mark = body.body.find(
    (one) => one.type === 'MethodDefinition' && one.key.type === 'PrivateIdentifier' && !one.static,
  );
  const name = mark?.type === 'MethodDefinition' && mark.key.type === 'PrivateIdentifier' ? mark.key.name : undefined;
  const readers = [reader(false), reader(true), name === undefined ? '' : `o=>[#${name} in o]`];
  while (readers.at(-1) === '') readers.pop();
  return readers.map((one) => one || 'o=>[]').join(',');
}

/** The scope of the file: a directive of the file gives it one of its own. */
/** Whether the arguments of a function are its parameters, too (ECMA-262, 10.4.4): what sees the parameters alone could not tell. */
function isTied({ strict, bindings }: Scope): boolean {
  return !strict && bindings.get('arguments')?.kind === 'arguments' && [...bindings.values()].some(isParameter);
}

function isParameter({ kind }: Binding): boolean {
  return kind === 'param';
}

function rootOf(walked: WalkResult): Scope {
  for (const { scope } of walked.functions) {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      if (at.kind === 'program' && at.start === 0) return at;
    }
  }
  return walked.root;
}

/** Every name that a function binds in its parameters and at the top of its body: what code there means by it. */
function namesOfBody(node: FunctionNode, { inner, strict }: FoundFunction): ReadonlySet<string> {
  const names = new Set(inner.bindings.keys());
  const body = node.body as AnyNode;
  if (body.type === 'BlockStatement' && node.params.some(hasExpression)) {
    const scope = new Scope('body', undefined, strict, body.start);
    hoist(body.body, scope, true);
    for (const name of scope.bindings.keys()) names.add(name);
  }
  return names;
}
