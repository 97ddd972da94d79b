import { hasSlots } from '../kinds/slots.js';
import { countLooks, type HiddenClasses, knownHiddenClasses } from '../model/hidden-class.js';
import { types } from '../model/platform.js';
import { EXT, SHORT_SHAPES } from '../model/tags.js';
import { readDataValues } from './data-values.js';
import { LooseRecords } from './loose-records.js';
import type { PrototypeFacts } from './prototypes.js';
import type { ShapeTable } from './shape-table.js';
import { MAX_SHAPE_KEYS, nextOf, ShapeFamily, type ShapeNode } from './shapes.js';
import type { GraphWriter } from './writer.js';

const { getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Object;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/** The scratch list of values is kept between messages up to this length. */
const KEPT_VALUES = 1024;
/** So many values of an object are looked at to tell it from others. */
const HASHED_VALUES = 8;
/** After so many objects that were like none before, objects are all different. */
const MANY_MISSES = 32;
/** A value of so many shapes leaves no samples to the next: most are met once. */
const KEPT_SAMPLES = 256;

/** Records of one shape, key by key. */
export interface Columns {
  readonly shape: ShapeNode;
  readonly count: number;
  /** The values of each key. */
  readonly columns: readonly (readonly unknown[])[];
}

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
  /** The object of no kind that was looked at last. */
  brandless: object | undefined;
  /** How many objects in a row were like none before. */
  #misses = 0;
  /** The object without internal slots that was looked at last. */
  #slotless: object | undefined;
  readonly #loose: LooseRecords;
  /** Shapes that have samples. */
  #sampled: ShapeNode[] = [];
  /** The values of the records that are being written, innermost last: read once, before any is written. */
  #values: unknown[] = [];
  /** Where the values of the next record go. */
  #top = 0;

  constructor(writer: GraphWriter, shapes: ShapeTable) {
    const { exact, canonical, session } = writer.context;
    this.#writer = writer;
    this.#shapes = shapes;
    this.#exact = exact;
    this.#canonical = canonical;
    this.#session = session;
    this.#plainFacts = shapes.of(Object.prototype);
    this.#loose = new LooseRecords(shapes, !canonical);
    this.#start = new ShapeFamily(null).find([], shapes.store);
    this.#previous = this.#start;
  }

  /** How far records are written: what is put back where writing one failed and the walk goes on. */
  get mark(): number {
    return this.#top;
  }

  set mark(mark: number) {
    this.#top = mark;
  }

  /** Begins a value. */
  begin(): void {
    this.#plainFacts = this.#shapes.of(Object.prototype);
    if (!this.#canonical) this.#hidden = knownHiddenClasses();
    this.#previous = this.#start;
    this.#misses = 0;
    this.#top = 0;
    this.#loose.begin();
  }

  /** Drops what belongs to the last value. */
  end(): void {
    this.#slotless = undefined;
    this.brandless = undefined;
    this.#loose.end();
    for (const shape of this.#sampled) {
      if (shape.fresh && this.isPlain(shape) && ++shape.sampled > 1 && this.#sampled.length <= KEPT_SAMPLES) {
        shape.kept = new WeakRef(shape.sample!);
      }
      shape.fresh = false;
      shape.sample = undefined;
      shape.otherSample = undefined;
    }
    if (this.#sampled.length > 0) this.#sampled = [];
    const values = this.#values;
    if (values.length > KEPT_VALUES) this.#values = [];
    // A loop: `fill` costs more than what it does here, as a call out of the engine's own code.
    else for (let i = 0; i < values.length; i++) values[i] = undefined;
  }

  /**
   * The shape of an object, if its hidden class is the one that is expected next.
   *
   * Here and in {@link find} the values of the object are read, for {@link hash} and {@link write} right after.
   */
  expected(object: object): ShapeNode | undefined {
    const shape = this.#previous.following;
    if (shape === undefined || this.#hidden === undefined) return undefined;
    const sample = shape.sample ?? this.#recall(shape);
    return sample !== undefined && this.#hidden.same(object, sample) && this.#read(object, shape) ? shape : undefined;
  }

  /** Whether the objects of a shape are plain, and no instances of classes. */
  isPlain(shape: ShapeNode): boolean {
    return shape.family === this.#plainFacts.family;
  }

  /** Forgets what is known of instances: code of the user's is about to run, which may change their classes. */
  forgetInstances(): void {
    for (const shape of this.#sampled) {
      if (this.isPlain(shape)) continue;
      shape.sample = undefined;
      shape.otherSample = undefined;
    }
  }

  /** Makes the sample of an earlier value that of the present one. */
  #recall(shape: ShapeNode): object | undefined {
    const sample = shape.kept?.deref();
    if (sample === undefined) return undefined;
    shape.sample = sample;
    this.#sampled.push(shape);
    return sample;
  }

  /** Reads the values of an object whose hidden class is that of a sample. */
  #read(object: object, shape: ShapeNode): boolean {
    const values = this.#values;
    const base = this.#top;
    let top = base;
    const record = object as Record<string, unknown>;
    // V8 reads the properties of this loop by their place.
    for (const key in record) values[top++] = record[key];
    // Indices are no matter of the hidden class, nor are keys that `Object.prototype` got meanwhile.
    return top - base === shape.depth;
  }

  /** The shape of a plain object that is no proxy; `undefined` for any other. @param prototype - The object's. */
  findPlain(object: object, prototype: object | null): ShapeNode | undefined {
    return prototype === Object.prototype ? this.find(object, this.#plainFacts, false) : undefined;
  }

  /**
   * The shape of an ordinary object that has nothing but plain properties; `undefined` for any other.
   *
   * @param known - The object is known to be ordinary: no built-in object under a plain prototype.
   */
  find(object: object, facts: PrototypeFacts, known: boolean): ShapeNode | undefined {
    if (facts.builtIn === undefined && (!known || this.#session)) return undefined;
    if (facts === this.#plainFacts && this.#hidden !== undefined) {
      // Among objects that are all different it is tried now and then.
      if (this.#misses < MANY_MISSES || this.#misses % MANY_MISSES === 0) {
        const alike = this.#findAlike(object);
        if (alike !== undefined) {
          this.#misses = 0;
          return alike;
        }
      }
      this.#misses++;
    }
    const keys = this.#exact ? getOwnPropertyNames(object) : Object.keys(object);
    const count = keys.length;
    if (count > MAX_SHAPE_KEYS) return undefined;
    if (this.#canonical) keys.sort();
    const loose = facts === this.#plainFacts ? this.#loose.find(facts.family, keys, this.#top) : undefined;
    const shape = loose ?? facts.family.find(keys, this.#shapes.store);
    const samples = facts === this.#plainFacts;
    const values = this.#values;
    const base = this.#top;
    if (this.#exact) {
      // Built-in objects whose prototype was changed hide among those without enumerable properties.
      if (count === 0 && !known) return undefined;
      if (!isExtensible(object) || getOwnPropertySymbols(object).length !== 0 || this.#hasSlots(object))
        return undefined;
      if (!known && this.#writer.disguises.kindOf(object, facts) !== undefined) return undefined;
      for (let i = 0; i < count; i++) {
        const descriptor = getOwnPropertyDescriptor(object, keys[i]!)!;
        if (!(descriptor.enumerable && descriptor.writable && descriptor.configurable)) return undefined;
        // It may be the prototype of that function: `A.prototype = { constructor: A, … }`.
        if (keys[i] === 'constructor' && typeof descriptor.value === 'function' && !known) return undefined;
        values[base + i] = descriptor.value;
      }
    } else for (let i = 0; i < count; i++) values[base + i] = (object as Record<string, unknown>)[keys[i]!];
    // Of an instance it is known that its class says nothing on how it travels, and has no private members.
    const isAlike = known && (facts.builtIn !== undefined || facts.hasPrivateMembers === false);
    if (loose !== undefined) return loose;
    if (samples || (isAlike && this.#exact)) this.#keepSample(object, shape, keys);
    return shape;
  }

  /** Whether it is a built-in object under the prototype of an ordinary one. Its hidden class says so, too. */
  #hasSlots(object: object): boolean {
    if (this.#slotless !== undefined && this.#hidden?.same(object, this.#slotless) === true) return false;
    if (hasSlots(object)) return true;
    this.#slotless = object;
    return false;
  }

  /** The shape of an object that has the hidden class of one that was looked at. The keys alone lead there: nothing is read. */
  #findAlike(object: object): ShapeNode | undefined {
    let node: ShapeNode | undefined = this.#plainFacts.family.root(this.#shapes.store);
    for (const key in object) {
      node = nextOf(node, key);
      if (node === undefined) return undefined;
    }
    return this.#isAlike(object, node) && this.#read(object, node) ? node : undefined;
  }

  /**
   * Reads the elements of an array from one on, as far as they are records of one shape.
   *
   * Which elements these are does not depend on what is known of hidden classes, so that the same value is always written the
   * same way.
   *
   * @param end - Where to stop.
   * @returns `undefined` where the first one is no record.
   */
  columns(array: readonly unknown[], from: number, end: number): Columns | undefined {
    const shape = this.#exact ? this.#shapeOf(array[from]) : this.#shapeOfData(array[from]);
    if (shape === undefined || this.#loose.is(shape)) return undefined;
    const { depth } = shape;
    const first = array[from] as object;
    const values = this.#values;
    const base = this.#top;
    const hidden = this.#hidden;
    const isKnown = this.#exact ? hidden !== undefined && this.#isAlike(first, shape) : hidden?.isFast(first) === true;
    const same = isKnown ? hidden?.same : undefined;
    const columns: unknown[][] = [];
    for (let column = 0; column < depth; column++) columns.push(new Array<unknown>(end - from));
    let count = 0;
    for (let i = from; i < end; i++) {
      const object = array[i];
      if (typeof object !== 'object' || object === null) break;
      let column = 0;
      if (same?.(object, first) === true) {
        // As in `#read`.
        for (const key in object) {
          if (column < depth) columns[column]![count] = (object as Record<string, unknown>)[key];
          column++;
        }
        if (column !== depth) break;
      } else {
        if ((this.#exact ? this.#shapeOf(object) : this.#shapeOfData(object)) !== shape) break;
        for (; column < depth; column++) columns[column]![count] = values[base + column];
      }
      count++;
    }
    if (count < end - from) for (const column of columns) column.length = count;
    return { shape, count, columns };
  }

  /** Objects like this one are expected next. */
  expectLike(object: unknown): void {
    this.#previous.following = this.#shapeOf(object) ?? this.#previous.following;
  }

  /** The shape of a plain object that nothing is known about. */
  #shapeOf(object: unknown): ShapeNode | undefined {
    if (typeof object !== 'object' || object === null || isProxy(object)) return undefined;
    return this.findPlain(object, getPrototypeOf(object) as object | null);
  }

  /** The same where objects are not looked at closely, of one that has no getters: those run once, where they are written. */
  #shapeOfData(object: unknown): ShapeNode | undefined {
    if (!this.#canonical) this.#hidden ??= countLooks(1);
    const keys = readDataValues(object, this.#values, this.#top);
    return keys === undefined ? undefined : this.#plainFacts.family.find(keys, this.#shapes.store);
  }

  /** What tells an object from others of its shape: the first of its values that are primitive. 0 where there are none. */
  hash(shape: ShapeNode): number {
    // What is read of an object that was not looked at may come from a getter, and be something else the next time.
    if (!this.#exact) return 0;
    const values = this.#values;
    const base = this.#top;
    const end = base + Math.min(shape.depth, HASHED_VALUES);
    let hash = 0;
    for (let i = base; i < end; i++) hash = hashFurther(hash, values[i]);
    return hash ^ (hash >>> 15);
  }

  /** Writes the object that was found to be of this shape. */
  write(shape: ShapeNode): void {
    const base = this.#top;
    const top = base + shape.depth;
    this.#top = top;
    const values = this.#values;
    const writer = this.#writer;
    if (this.#loose.is(shape)) {
      writer.out.extensionUint(EXT.dictionary, top - base);
      for (let i = base; i < top; i++) {
        writer.out.string(this.#loose.keyAt(i));
        writer.value(values[i]);
      }
      this.#top = base;
      return;
    }
    if (this.#previous.following !== shape) this.#previous.following = shape;
    this.#previous = shape;
    this.head(shape);
    for (let i = base; i < top; i++) writer.value(values[i]);
    this.#top = base;
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

  #keepSample(object: object, shape: ShapeNode, keys: readonly string[]): void {
    if (this.#canonical) return;
    this.#hidden ??= countLooks(1);
    if (this.#hidden?.isFast(object) !== true || keys.includes('constructor')) return;
    if (shape.sample === undefined) this.#sampled.push(shape);
    else shape.otherSample = shape.sample;
    shape.sample = object;
    shape.fresh = true;
  }

  /** Writes which shape comes. @param records - Of how many records. */
  head(shape: ShapeNode, records = 1): void {
    const shapes = this.#shapes;
    const { out } = this.#writer;
    const known = shapes.knows(shape);
    this.#loose.count(known, records);
    if (!known) {
      const plain = this.isPlain(shape);
      shapes.define(shape, !plain, out);
      if (!plain) this.#writer.prototype(shapes.of(shape.family.prototype));
    } else if (shape.id < SHORT_SHAPES) out.byte(0x40 | shape.id);
    else out.extensionUint(EXT.record, shape.id);
  }
}

/** The same as {@link RecordWriter.hash}, of a row of columns. */
export function hashOfRow(columns: readonly (readonly unknown[])[], row: number): number {
  const end = Math.min(columns.length, HASHED_VALUES);
  let hash = 0;
  for (let column = 0; column < end; column++) hash = hashFurther(hash, columns[column]![row]);
  return hash ^ (hash >>> 15);
}

function hashFurther(hash: number, value: unknown): number {
  if (typeof value === 'number') return Math.imul(hash ^ (value * 1024), 0x9e3779b1);
  if (typeof value !== 'string' || value.length === 0) return hash;
  const { length } = value;
  return Math.imul(
    hash ^ (length | (value.charCodeAt(length - 1) << 8) | (value.charCodeAt(length >> 1) << 16)),
    0x85ebca6b,
  );
}
