import { countLooks, type HiddenClasses, knownHiddenClasses } from '../model/hidden-class.js';
import { EXT, SHORT_SHAPES } from '../model/tags.js';
import type { PrototypeFacts } from './prototypes.js';
import type { ShapeTable } from './shape-table.js';
import { MAX_SHAPE_KEYS, ShapeFamily, type ShapeNode } from './shapes.js';
import type { GraphWriter } from './writer.js';

const { getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, isExtensible } = Object;

/** The scratch list of values is kept between messages up to this length. */
const KEPT_VALUES = 1024;
/** A value of so many shapes leaves no samples to the next: most are met once. */
const KEPT_SAMPLES = 256;

/**
 * Writes ordinary objects that have nothing but plain properties.
 *
 * To find out that an object is plain costs more than to write it. So one object of each hidden class is looked at in each
 * value, and those like it are recognised by their hidden class. Which shape comes next is guessed from what came next the
 * last time; a wrong guess costs one comparison.
 */
export class RecordWriter {
  readonly #writer: GraphWriter;
  readonly #shapes: ShapeTable;
  readonly #exact: boolean;
  readonly #canonical: boolean;
  readonly #session: boolean;
  #hidden: HiddenClasses | undefined;
  #plainFacts: PrototypeFacts;
  /** The shape of the record that was begun last. */
  #previous: ShapeNode;
  /** What a value begins with follows on this. */
  readonly #start: ShapeNode;
  /** Shapes that have samples. */
  #sampled: ShapeNode[] = [];
  /** The values of the records that are being written, innermost last: read once, before any is written. */
  #values: unknown[] = [];
  /** Where the values of the next record go. */
  top = 0;

  constructor(writer: GraphWriter, shapes: ShapeTable) {
    const { exact, canonical, session } = writer.context;
    this.#writer = writer;
    this.#shapes = shapes;
    this.#exact = exact;
    this.#canonical = canonical;
    this.#session = session;
    this.#plainFacts = shapes.of(Object.prototype);
    this.#start = new ShapeFamily(null).find([], shapes.store);
    this.#previous = this.#start;
  }

  /** The facts about `Object.prototype`. */
  get plainFacts(): PrototypeFacts {
    return this.#plainFacts;
  }

  /** Begins a value. */
  begin(): void {
    this.#plainFacts = this.#shapes.of(Object.prototype);
    if (!this.#canonical) this.#hidden = knownHiddenClasses();
    this.#previous = this.#start;
    this.top = 0;
  }

  /** Drops what belongs to the last value. */
  end(): void {
    for (const shape of this.#sampled) {
      if (++shape.sampled > 1 && this.#sampled.length <= KEPT_SAMPLES && shape.kept?.deref() === undefined) {
        shape.kept = new WeakRef(shape.sample!);
      }
      shape.sample = undefined;
      shape.otherSample = undefined;
    }
    if (this.#sampled.length > 0) this.#sampled = [];
    if (this.#values.length > KEPT_VALUES) this.#values = [];
    else if (this.#values.length > 0) this.#values.fill(undefined);
  }

  /**
   * Writes an object, if it is of the hidden class that is expected next.
   *
   * @returns Whether it is; nothing was written otherwise.
   */
  writeExpected(object: object): boolean {
    const shape = this.#previous.following;
    if (shape === undefined || this.#hidden === undefined) return false;
    const sample = shape.sample ?? this.#recall(shape);
    return sample !== undefined && this.#hidden.same(object, sample) && this.#writeAlike(object, shape);
  }

  /** Makes the sample of an earlier value that of the present one. */
  #recall(shape: ShapeNode): object | undefined {
    const sample = shape.kept?.deref();
    if (sample === undefined) return undefined;
    shape.sample = sample;
    this.#sampled.push(shape);
    return sample;
  }

  /** Writes an object whose hidden class is that of a sample. */
  #writeAlike(object: object, shape: ShapeNode): boolean {
    const values = this.#values;
    const base = this.top;
    let top = base;
    const record = object as Record<string, unknown>;
    // V8 reads the properties of this loop by their place.
    for (const key in record) values[top++] = record[key];
    // Indices are no matter of the hidden class, nor are keys that `Object.prototype` got meanwhile.
    if (top - base !== shape.depth) return false;
    this.top = top;
    this.#previous = shape;
    this.#head(shape);
    const writer = this.#writer;
    for (let i = base; i < top; i++) writer.value(values[i]);
    this.top = base;
    return true;
  }

  /**
   * Writes an ordinary object as a record, where it has nothing but plain properties.
   *
   * @param known - The object is known to be ordinary: no built-in object under a plain prototype.
   * @returns Whether it did; nothing was written otherwise.
   */
  write(object: object, facts: PrototypeFacts, known: boolean): boolean {
    if (facts.builtIn === undefined && (!known || this.#session)) return false;
    const keys = this.#exact ? getOwnPropertyNames(object) : Object.keys(object);
    const count = keys.length;
    if (count > MAX_SHAPE_KEYS) return false;
    if (this.#canonical) keys.sort();
    const shape = facts.family.find(keys, this.#shapes.store);
    if (this.#hidden !== undefined && facts.builtIn !== undefined && this.#isAlike(object, shape)) {
      this.#previous.following = shape;
      if (this.#writeAlike(object, shape)) return true;
    }
    if (!this.#exact) return this.#writeData(object, shape, facts, keys);
    // Built-in objects whose prototype was changed hide among those without enumerable properties.
    if (count === 0 && !known) return false;
    if (!isExtensible(object) || getOwnPropertySymbols(object).length !== 0) return false;
    const values = this.#values;
    const base = this.top;
    for (let i = 0; i < count; i++) {
      const descriptor = getOwnPropertyDescriptor(object, keys[i]!)!;
      if (!(descriptor.enumerable && descriptor.writable && descriptor.configurable)) return false;
      // It may be the prototype of that function: `A.prototype = { constructor: A, … }`.
      if (keys[i] === 'constructor' && typeof descriptor.value === 'function' && !known) return false;
      values[base + i] = descriptor.value;
    }
    this.#keepSample(object, shape, facts, keys);
    this.#writeScratch(shape, count);
    return true;
  }

  /** The same, for an object that holds nothing but plain data, as the caller says. */
  #writeData(object: object, shape: ShapeNode, facts: PrototypeFacts, keys: readonly string[]): boolean {
    const values = this.#values;
    const base = this.top;
    for (let i = 0; i < keys.length; i++) values[base + i] = (object as Record<string, unknown>)[keys[i]!];
    this.#keepSample(object, shape, facts, keys);
    this.#writeScratch(shape, keys.length);
    return true;
  }

  #writeScratch(shape: ShapeNode, count: number): void {
    const base = this.top;
    this.top = base + count;
    this.#previous.following = shape;
    this.#previous = shape;
    this.#head(shape);
    for (let i = base; i < base + count; i++) this.#writer.value(this.#values[i]);
    this.top = base;
  }

  /** Whether an object has the hidden class of one that was looked at. */
  #isAlike(object: object, shape: ShapeNode): boolean {
    const { same } = this.#hidden!;
    const sample = shape.sample ?? this.#recall(shape);
    if (sample === undefined) return false;
    if (same(object, sample)) return true;
    const other = shape.otherSample;
    if (other === undefined || !same(object, other)) return false;
    shape.otherSample = sample;
    shape.sample = other;
    return true;
  }

  #keepSample(object: object, shape: ShapeNode, facts: PrototypeFacts, keys: readonly string[]): void {
    if (this.#canonical || facts.builtIn === undefined) return;
    this.#hidden ??= countLooks(1);
    if (this.#hidden?.isFast(object) !== true || keys.includes('constructor')) return;
    if (shape.sample === undefined) this.#sampled.push(shape);
    else shape.otherSample = shape.sample;
    shape.sample = object;
  }

  #head(shape: ShapeNode): void {
    const shapes = this.#shapes;
    const { out } = this.#writer;
    if (!shapes.knows(shape)) {
      const plain = shape.family === this.#plainFacts.family;
      shapes.define(shape, !plain, out);
      if (!plain) this.#writer.prototype(shapes.of(shape.family.prototype));
    } else if (shape.id < SHORT_SHAPES) out.byte(0x40 | shape.id);
    else out.extensionUint(EXT.record, shape.id);
  }
}
