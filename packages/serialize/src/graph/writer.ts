import { type HiddenClasses, knownHiddenClasses } from '../model/hidden-class.js';
import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import type { Meta } from '../model/ports.js';
import { EXT, SIMPLE } from '../model/tags.js';
import { ArrayInspector } from './array-inspector.js';
import { writeElements } from './arrays.js';
import { hasStructuralKeysOnly } from './attributes.js';
import { hashOfDate } from './dates.js';
import { type Foundations, MAX_RECURSION, MAX_UNSPLIT, TooDeep, tooDeep } from './depth.js';
import { Disguises } from './disguises.js';
import { noteCollections } from './followed.js';
import { FunctionTable } from './function-table.js';
import { Identity } from './identity.js';
import { MemoryTable } from './memory-table.js';
import { NameTable } from './name-table.js';
import { isMemory, shellOf, writeFunction, writeOdd, writeProperties, writeProxy, writeUnlike } from './odd.js';
import type { PrototypeFacts } from './prototypes.js';
import { RecentReferences } from './recent.js';
import { RecordWriter } from './record-writer.js';
import type { ShapeTable } from './shape-table.js';
import type { ShapeNode } from './shapes.js';
import { refuseStray } from './stray.js';
import { SymbolTable } from './symbol-table.js';
import { TokenSink } from './token-sink.js';
import type { WalkContext, WalkObserver } from './walk-context.js';

const { getPrototypeOf } = Object;
const { isArray } = Array;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/**
 * Walks a value once and writes it as it goes.
 *
 * In: any value. Out: tokens in {@link out}, and the tables that the envelope writes behind them. Every object gets
 * the next ordinal when it is met, which the reader counts along; a second meeting writes the ordinal.
 */
export class GraphWriter extends TokenSink {
  readonly shapes: ShapeTable;
  functions: FunctionTable = new FunctionTable();
  names: NameTable;
  #symbols = new SymbolTable();
  readonly #objects = new Identity((object) => this.#hashOf(object));
  /** All objects that have an ordinal. */
  readonly met: Iterable<object> = { [Symbol.iterator]: () => this.#objects.all()[Symbol.iterator]() };
  readonly #recent = new RecentReferences();
  /** The number of the object that was met again last. */
  #referred = -1;
  readonly records: RecordWriter;
  readonly #exact: boolean;
  readonly #asksOfMemory: boolean;
  readonly #observer: WalkObserver | undefined;
  readonly #identity: boolean;
  readonly #arrays: ArrayInspector;
  readonly disguises: Disguises = new Disguises();
  /** Whether the object that is being written is found by its hash. */
  #hashes = false;
  /** What V8 knows about the layout of objects, as far as that was known when the value was begun. */
  hidden: HiddenClasses | undefined;
  /** What the code engine wrote about private members. */
  privates: Meta[] = [];
  /** Whether anything refers back, so that the reader must count. */
  refersBack = false;
  /** Objects that a reducer is taking apart, and what reducers made, for finding paths. */
  readonly reducing: Set<object> = new Set();
  readonly reduced: Map<object, unknown> = new Map();

  constructor(context: WalkContext, shapes: ShapeTable) {
    super(context);
    this.shapes = shapes;
    this.names = new NameTable(context.references);
    this.records = new RecordWriter(this, shapes);
    this.#exact = context.exact;
    this.#asksOfMemory = context.reducers.some(({ forMemory }) => forMemory === true);
    this.#observer = context.observer;
    this.#identity = context.identity;
    this.#arrays = new ArrayInspector(context);
  }

  /** Writes a value, everything that hangs from it, and the functions in it. @param first - What is written before. */
  write(root: unknown, first: Foundations | undefined): void {
    if (first !== undefined) {
      this.out.extensionUint(EXT.foundations, first.size);
      for (const object of first.inOrder()) {
        this.value(object);
        this.finish(0);
      }
    }
    this.value(root);
    this.finish(0);
    const { capture } = this.context;
    while (capture !== undefined && this.functions.hasNew) {
      const slots = this.functions.captureNew(capture(), this.context);
      this.out.uint(slots.length);
      for (const slot of slots) this.value(slot);
      this.finish(0);
    }
    if (this.hasCode) refuseStray(this, this.met);
    if (this.iterators.length > 0) noteCollections(this, [...this.met]);
  }

  protected override whole(object: object): void {
    const { records } = this;
    const prototype = getPrototypeOf(object) as object | null;
    const shape = records.findPlain(object, prototype);
    if (shape !== undefined) records.write(shape);
    else this.#content(object, prototype);
  }

  value(value: unknown): void {
    // Comparisons of one type each, the commonest first: V8 makes a `switch` over all of them a call.
    if (typeof value === 'string') this.out.string(value);
    else if (typeof value === 'number') this.out.number(value);
    else if (typeof value === 'object') {
      if (value === null) this.out.byte(0xc0);
      else if (this.#observer === undefined) this.#object(value);
      else this.#observed(value, this.#observer);
    } else if (typeof value === 'boolean') this.out.byte(value ? 0xc3 : 0xc2);
    else this.#uncommon(value);
  }

  #uncommon(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        this.out.extensionUint(EXT.simple, SIMPLE.undefined);
        return;
      case 'bigint':
        this.out.bigint(value);
        return;
      case 'symbol':
        if (this.#symbols.write(value, this.out, this.names)) this.hasCode = true;
        return;
      case 'function':
        if (this.#observer === undefined) writeFunction(this, value);
        else this.#observed(value, this.#observer);
    }
  }

  #observed(value: object, observer: WalkObserver): void {
    const depth = this.depth;
    const { mark } = this.records;
    observer.enter(value, this.out.position);
    try {
      if (typeof value === 'function') writeFunction(this, value);
      else this.#object(value);
    } catch (error) {
      // What is too deep for the stack is no problem: encoding writes it first of all.
      if (!(error instanceof TooDeep)) observer.problem(error);
      this.depth = depth;
      this.records.mark = mark;
      this.out.byte(0xc0);
    }
    observer.leave(this.out.position);
  }

  #object(object: object): void {
    this.#hashes = this.wantsHash;
    const { records } = this;
    const shape = records.expected(object);
    if (shape !== undefined) this.#record(object, shape);
    else if (this.depth < MAX_RECURSION && this.#arrays.isLikeLast(object)) {
      if (this.#meet(object, 0)) return;
      this.depth++;
      writeElements(this, object as readonly unknown[]);
      this.depth--;
    } else this.#unexpected(object);
  }

  /** Writes an object that was found to have a shape. @returns Whether it was met before. */
  #record(object: object, shape: ShapeNode): boolean {
    const plain = this.records.isPlain(shape);
    if (this.#meet(object, plain && this.#hashes ? this.records.hash(shape) : 0)) return true;
    if (this.depth >= MAX_RECURSION && this.#deep(object)) return false;
    this.depth++;
    if (plain || !writeUnlike(this, object, this.shapes.of(shape.family.prototype))) this.records.write(shape);
    this.depth--;
    return false;
  }

  /** Writes an object of which nothing is known. */
  #unexpected(object: object): void {
    const known = this.#recent.find(object);
    if (known >= 0) this.#refer(object, known);
    else if (this.#closely(object)) this.#recent.note(object, this.#referred);
  }

  /** Looks closely at an object, and writes it. @returns Whether it was met before. */
  #closely(object: object): boolean {
    if (this.#exact && isProxy(object)) {
      if (this.#meet(object, 0)) return true;
      this.nested(object, () => writeProxy(this, object));
      return false;
    }
    const prototype = getPrototypeOf(object) as object | null;
    const shape = this.records.findPlain(object, prototype);
    if (shape !== undefined) return this.#record(object, shape);
    if (this.#meet(object, prototype === Date.prototype && this.#hashes ? hashOfDate(this, object) : 0)) return true;
    if (this.depth >= MAX_RECURSION && this.#deep(object)) return false;
    this.depth++;
    this.#content(object, prototype);
    this.depth--;
    return false;
  }

  /** What tells an object from others; the same as where {@link #object} meets it. In data mode to look may run a getter. */
  #hashOf(object: object): number {
    if (typeof object === 'function' || isProxy(object)) return 0;
    const prototype = getPrototypeOf(object) as object | null;
    if (prototype === Date.prototype) return hashOfDate(this, object);
    const shape = this.#exact ? this.records.findPlain(object, prototype) : undefined;
    return shape === undefined ? 0 : this.records.hash(shape);
  }

  /** Gives an object its ordinal, or writes the one that it has. @returns Whether it was met before. */
  claim(object: object): boolean {
    return this.#identity && this.#meet(object, this.#hashOf(object));
  }

  #meet(object: object, hash: number): boolean {
    if (!this.#identity) return false;
    const number = this.#objects.meet(object, hash);
    if (number < 0) return false;
    this.#refer(object, number);
    return true;
  }

  /** Writes that an object was met before. */
  #refer(object: object, number: number): void {
    if (this.reducing.size > 0 && this.reducing.has(object)) {
      throw this.refuse(object, 'what it was reduced to leads back to it', 'Let the reducer leave that part out.');
    }
    this.refersBack = true;
    this.#referred = number;
    this.out.extensionUint(EXT.reference, number);
  }

  /** Whether an object has an ordinal. */
  isClaimed(object: object): boolean {
    return this.#identity && this.#objects.find(object, this.#hashOf(object)) >= 0;
  }

  /** Whether an object is to be met with its hash. To be asked before the object is looked at. */
  get wantsHash(): boolean {
    return this.#identity && this.#objects.wantsHash();
  }

  /** Gives an object an ordinal, if it has none. @param hash - See {@link Identity.meet}. @returns Whether it had none. */
  meets(object: object, hash: number): boolean {
    return this.#objects.meet(object, hash) < 0;
  }

  /** To be called before code of the user's runs. */
  beforeUserCode(): void {
    this.#objects.distrustHashes();
    this.records.forgetInstances();
  }

  /** Writes an object that has its ordinal. */
  #content(object: object, prototype: object | null): void {
    if (prototype === Array.prototype && isArray(object)) {
      if (this.#arrays.isPlain(object)) this.elements(object);
      else writeOdd(this, object, this.shapes.of(prototype));
      return;
    }
    const facts = this.shapes.of(prototype);
    if (facts.kind !== undefined && this.#isPlain(object, facts.kind)) this.kind(object, facts.kind);
    else writeOdd(this, object, facts);
  }

  #isPlain(object: object, kind: Kind): boolean {
    return (
      kind.test(object) &&
      !(this.#asksOfMemory && isMemory(object)) &&
      (!this.#exact || hasStructuralKeysOnly(object, kind.structuralKeys))
    );
  }

  /** Writes something that adds a level of nesting. */
  nested(object: object, write: () => void): void {
    if (++this.depth > MAX_UNSPLIT) this.#tooDeep(object);
    write();
    this.depth--;
  }

  #tooDeep(object: object): never {
    if (!this.#identity) tooDeep();
    throw new TooDeep(object);
  }

  /** Puts an object off. @returns Whether its kind allows that. */
  #deep(object: object): boolean {
    if (!this.#identity) tooDeep();
    const shell = shellOf(this, object);
    if (shell === undefined) {
      if (this.depth > MAX_UNSPLIT) this.#tooDeep(object);
      return false;
    }
    this.#writeShell(object, shell);
    return true;
  }

  /** Whether what an object holds besides itself is better put off. */
  get isDeep(): boolean {
    return this.#identity && this.depth >= MAX_RECURSION;
  }

  shell(value: unknown): void {
    if (typeof value !== 'object' || value === null || !this.#identity) {
      this.value(value);
      return;
    }
    const shell = isProxy(value) || this.isClaimed(value) ? undefined : shellOf(this, value);
    if (shell === undefined) this.hollow(value);
    else {
      this.claim(value);
      this.#writeShell(value, shell);
    }
  }

  #writeShell(object: object, shell: number): void {
    this.refersBack = true;
    this.out.extensionUint(EXT.shell, shell);
    this.later(object);
  }

  /** Writes an object that is known to be ordinary as a record. @returns Whether it can be; else nothing was written. */
  record(object: object, facts: PrototypeFacts): boolean {
    const shape = this.records.find(object, facts, true);
    if (shape !== undefined) this.records.write(shape);
    return shape !== undefined;
  }

  /** Writes which prototype an object has. */
  prototype(facts: PrototypeFacts): void {
    if (facts.builtIn !== undefined) this.out.uint(facts.builtIn);
    else {
      this.hasCode = true;
      this.shell(facts.prototype);
    }
  }

  elements(array: readonly unknown[], dense?: boolean): void {
    writeElements(this, array, dense);
  }

  /** Writes the content of a kind, without what users added to the object. */
  kind(object: object, kind: Kind): void {
    if (this.depth > MAX_UNSPLIT) this.#tooDeep(object);
    if (kind.code >= 0) this.out.extensionUint(EXT.kind, kind.code);
    kind.write(object, this);
  }

  properties(object: object, keys: readonly (string | symbol)[]): void {
    writeProperties(this, object, keys);
  }

  companion(object: object): boolean {
    if (!this.#identity || this.isClaimed(object)) return false;
    this.claim(object);
    return true;
  }

  placeOf(object: object): number {
    if (this.isClaimed(object)) this.refersBack = true;
    return this.#identity ? this.#objects.find(object, this.#hashOf(object)) : -1;
  }

  /** Makes ready for a value; what an earlier one left is dropped. */
  begin(): void {
    this.hidden = knownHiddenClasses();
    this.records.begin();
    this.#arrays.begin();
    this.out.position = 0;
    this.depth = 0;
    this.refersBack = false;
    this.hasCode = false;
  }

  override forgetValue(): void {
    super.forgetValue();
    if (this.reduced.size > 0) this.reduced.clear();
  }

  /** Drops everything that belongs to the last value, so that nothing keeps it alive. */
  end(): void {
    this.#objects.clear();
    this.#recent.clear();
    this.records.end();
    this.disguises.end();
    if (this.pending > 0) this.forgetPutOff();
    if (this.#symbols.size > 0) this.#symbols = new SymbolTable();
    if (this.functions.size > 0) this.functions = new FunctionTable();
    if (this.memories.size > 0) this.memories = new MemoryTable();
    if (this.names.size > 0) this.names = new NameTable(this.context.references);
    if (this.privates.length > 0) this.privates = [];
    if (this.reducing.size > 0) this.reducing.clear();
    this.out.shrink();
  }
}
