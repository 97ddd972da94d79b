import { builtInPrototype } from '../kinds/built-in.js';
import { EXT, SIMPLE } from '../model/tags.js';
import { truncated } from '../wire/byte-reader.js';
import { readStrings } from '../wire/string-blocks.js';
import { readNumbers, readTimes } from '../wire/vectors.js';
import { readProperties } from './frames.js';
import { ObjectSource } from './object-source.js';
import type { ReadContext } from './read-context.js';
import { countUse, defineValue, makeShape, plainShape, type ReaderShape, rowMaker } from './reader-shapes.js';
import { keep, placeOf, readKnown } from './shape-definitions.js';

/** How many properties `Object.prototype` has. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype).length;

/** Reads ordinary objects, arrays, Maps and Sets: new ones, or the content of shells. */
export abstract class RecordSource extends ObjectSource {
  protected readonly shapes: ReaderShape[];
  #plainPrototype: boolean | undefined;

  constructor(context: ReadContext) {
    super(context);
    this.shapes = context.shapes;
  }

  protected record(id: number): object {
    const shape = this.shapes[id];
    if (shape === undefined) throw this.damaged('a record of a shape that is not there');
    this.countNodes(shape.keys.length);
    this.enter();
    const make = this.counting ? shape.makeCounted : shape.make;
    const record = make !== undefined && this.target === undefined ? make(this) : this.#assemble(shape);
    this.depth--;
    return record;
  }

  #assemble(shape: ReaderShape): object {
    countUse(shape);
    const { keys } = shape;
    const assignable = shape.assignable && this.#isPrototypePlain();
    const record = this.#ordinary(shape.prototype);
    for (let i = 0; i < keys.length; i++) {
      const value = this.value();
      if (assignable) (record as Record<string, unknown>)[keys[i]!] = value;
      else defineValue(record, keys[i]!, value);
    }
    return record;
  }

  /**
   * Whether `Object.prototype` is as it was: otherwise assigning might hit a setter. Asked where it matters, once for each
   * value: most small values are made by functions of their own.
   */
  #isPrototypePlain(): boolean {
    this.#plainPrototype ??= Object.getOwnPropertyNames(Object.prototype).length === INHERITED;
    return this.#plainPrototype;
  }

  /** An empty ordinary object: new, or the shell that waits for its content. */
  #ordinary(prototype: object | null): object {
    const target = this.target;
    if (target === undefined) {
      return this.define(prototype === Object.prototype ? {} : (Object.create(prototype) as object));
    }
    this.target = undefined;
    if (Object.getPrototypeOf(target) !== prototype) Object.setPrototypeOf(target, prototype);
    return target;
  }

  protected defineShape(count: number, hasPrototype: boolean): object {
    const source = this.source;
    if (count > source.end - source.position) throw truncated(source.position);
    if (!hasPrototype) {
      this.shapes.push(this.#plainShape(count));
      return this.record(this.shapes.length - 1);
    }
    const keys = this.#keys(count, undefined);
    const target = this.target;
    this.target = undefined;
    // The record has its ordinal from before its prototype was met.
    const place = target === undefined ? this.reserve() : -1;
    const prototype = this.prototype();
    this.shapes.push(prototype === Object.prototype ? plainShape(keys) : makeShape(keys, prototype));
    if (place < 0) {
      this.target = target;
      return this.record(this.shapes.length - 1);
    }
    this.target = this.fill(place, Object.create(prototype) as object);
    return this.record(this.shapes.length - 1);
  }

  /** Reads the definition of a shape of plain objects. */
  #plainShape(count: number): ReaderShape {
    const source = this.source;
    const place = placeOf(source, count);
    const known = place < 0 ? undefined : readKnown(source, count, place, this.context.keys);
    if (known !== undefined) return known;
    const start = source.position;
    const ids: number[] = [];
    const shape = plainShape(this.#keys(count, ids));
    // Most shapes of a value that has many are met once.
    if (place >= 0 && shape.uses > 0) keep(source, start, place, shape, ids);
    return shape;
  }

  /** @param ids - Takes by which numbers keys were named; -1 for those that were spelled out. */
  #keys(count: number, ids: number[] | undefined): string[] {
    const source = this.source;
    const known = this.context.keys;
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const token = source.bytes[source.position]!;
      if (token < 0x80 || (token >= 0xcb && token <= 0xce)) {
        const id = source.uint();
        const key = known[id];
        if (key === undefined) throw this.damaged('a key that is not there');
        keys.push(key);
        ids?.push(id);
      } else {
        const key = token >= 0xa0 && token < 0xc0 ? source.key() : this.text();
        known.push(key);
        keys.push(key);
        ids?.push(-1);
      }
    }
    return keys;
  }

  /** The prototype of what comes: of a plain kind, or anything else where the payload may run code. */
  prototype(): object | null {
    const value = this.value();
    if (typeof value === 'number') {
      const prototype = builtInPrototype(value);
      if (prototype === undefined) throw this.damaged('a prototype that this host does not have');
      return prototype;
    }
    this.requireTrust('an object of a class');
    if (this.context.scanning) return Object.prototype;
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      throw this.damaged('a prototype that is not an object');
    }
    return value;
  }

  protected adoptArray(array: unknown[]): unknown[] {
    const target = this.target;
    if (target === undefined) return this.define(array);
    this.target = undefined;
    if (!Array.isArray(target)) throw this.damaged('an array in place of another object');
    for (const element of array) target.push(element);
    return target;
  }

  protected dates(times: Float64Array): unknown[] {
    this.countNodes(times.length);
    const array = new Array<unknown>(times.length);
    const adopted = this.adoptArray(array);
    for (let i = 0; i < times.length; i++) adopted[i] = this.define(new Date(times[i]!));
    return adopted;
  }

  protected array(length: number): unknown[] {
    const source = this.source;
    if (length > source.end - source.position) throw truncated(source.position);
    this.countNodes(length);
    this.enter();
    const target = this.target;
    this.target = undefined;
    const array = target === undefined ? this.define(new Array<unknown>(length)) : this.#shellArray(target, length);
    this.#elements(array, length);
    this.depth--;
    return array;
  }

  #elements(array: unknown[], length: number): void {
    const source = this.source;
    const { bytes } = source;
    for (let i = 0; i < length; i++) {
      const token = bytes[source.position]!;
      // A hole, and blocks that stand for several elements.
      if (token >= 0xc7 && token <= 0xd6) {
        if (token === 0xd4 && bytes[source.position + 1] === EXT.simple && bytes[source.position + 2] === SIMPLE.hole) {
          source.take(3);
          continue;
        }
        const count =
          token <= 0xc9
            ? readStrings(source, array, i)
            : token >= 0xd4 && bytes[source.position + 1] === EXT.records
              ? this.#rows(array, i)
              : 0;
        if (count > 0) {
          i += count - 1;
          continue;
        }
      }
      array[i] = this.value();
    }
  }

  /** Reads records whose values stand key by key. @returns How many there were. */
  #rows(array: unknown[], at: number): number {
    const source = this.source;
    const length = 1 << (source.byte() - 0xd4);
    source.take(1);
    const count = source.extensionUint(length);
    if (count === 0 || at + count > array.length) throw this.damaged('a block of records of a wrong length');
    const shape = this.#shapeOfRows();
    const { keys } = shape;
    if (keys.length === 0) throw this.damaged('a block of records without properties');
    // Each value takes a byte at least.
    if (count * keys.length > source.end - source.position) throw truncated(source.position);
    this.countNodes(count * keys.length);
    this.enter();
    const maker = this.counting ? undefined : rowMaker(shape);
    if (maker !== undefined) {
      maker.make(this.#columns(keys.length, count), count, array, at);
    } else this.#rowsCounted(shape, array, at, count);
    this.depth--;
    return count;
  }

  /** Reads records that are there before their values are, which may refer to them. */
  #rowsCounted(shape: ReaderShape, array: unknown[], at: number, count: number): void {
    const { keys } = shape;
    const maker = rowMaker(shape);
    for (let i = 0; i < count; i++) {
      array[at + i] = maker === undefined ? this.#ordinary(shape.prototype) : this.define(maker.blank());
    }
    const columns = this.#columns(keys.length, count);
    if (maker !== undefined) maker.fill(columns, count, array, at);
    else {
      for (let i = 0; i < count; i++) {
        for (let column = 0; column < keys.length; column++) {
          defineValue(array[at + i] as object, keys[column]!, columns[column]![i]);
        }
      }
    }
  }

  #shapeOfRows(): ReaderShape {
    const source = this.source;
    const token = source.byte();
    let id = token & 0x3f;
    if (token >= 0xd4 && token <= 0xd6) {
      const type = source.byte();
      const number = source.extensionUint(1 << (token - 0xd4));
      if (type === EXT.shape && (number & 1) === 0) {
        if (number >> 1 > source.end - source.position) throw truncated(source.position);
        const shape = this.#plainShape(number >> 1);
        this.shapes.push(shape);
        return shape;
      }
      id = type === EXT.record ? number : -1;
    } else if (token < 0x40 || token > 0x7f) id = -1;
    const shape = this.shapes[id];
    if (shape === undefined) throw this.damaged('a block of records of a shape that is not there');
    return shape;
  }

  #columns(width: number, count: number): (readonly unknown[])[] {
    const columns: (readonly unknown[])[] = [];
    for (let i = 0; i < width; i++) columns.push(this.#column(count));
    return columns;
  }

  /** Reads what was written as the elements of an array that is no object of the value. */
  #column(count: number): readonly unknown[] {
    const source = this.source;
    const { bytes, position } = source;
    const token = bytes[position]!;
    if (token >= 0xc7 && token <= 0xc9) {
      const head = token === 0xc7 ? 1 : token === 0xc8 ? 2 : 4;
      const at = source.take(head + 2) + 1;
      const length = head === 1 ? bytes[at]! : head === 2 ? source.uint16(at) : source.uint32(at);
      const type = bytes[at + head]!;
      const numbers =
        type === EXT.numbers ? readNumbers(source, length) : type === EXT.dates ? this.#times(length) : [];
      if (numbers.length !== count) throw this.damaged('a column of a wrong length');
      return numbers;
    }
    source.take(1);
    const length =
      token >= 0x90 && token < 0xa0
        ? token & 15
        : token === 0xdc
          ? source.uint16(source.take(2))
          : token === 0xdd
            ? source.uint32(source.take(4))
            : -1;
    if (length !== count) throw this.damaged('a column of a wrong length');
    const column = new Array<unknown>(count);
    this.#elements(column, count);
    return column;
  }

  #times(length: number): Date[] {
    return Array.from(readTimes(this.source, length), (time) => this.define(new Date(time)));
  }

  #shellArray(target: object, length: number): unknown[] {
    if (!Array.isArray(target)) throw this.damaged('an array in place of another object');
    target.length = length;
    return target;
  }

  protected map(size: number): Map<unknown, unknown> {
    const source = this.source;
    if (size * 2 > source.end - source.position) throw truncated(source.position);
    this.countNodes(size * 2);
    this.enter();
    const target = this.target;
    this.target = undefined;
    if (target !== undefined && !(target instanceof Map)) throw this.damaged('a Map in place of another object');
    const map = target === undefined ? this.define(new Map<unknown, unknown>()) : target;
    for (let i = 0; i < size; i++) {
      const key = this.value();
      map.set(key, this.value());
    }
    this.depth--;
    return map;
  }

  protected set(size: number): Set<unknown> {
    const source = this.source;
    if (size > source.end - source.position) throw truncated(source.position);
    this.countNodes(size);
    this.enter();
    const target = this.target;
    this.target = undefined;
    if (target !== undefined && !(target instanceof Set)) throw this.damaged('a Set in place of another object');
    const set = target === undefined ? this.define(new Set<unknown>()) : target;
    for (let i = 0; i < size; i++) set.add(this.value());
    this.depth--;
    return set;
  }

  protected dictionary(count: number): object {
    const source = this.source;
    if (count * 2 > source.end - source.position) throw truncated(source.position);
    this.countNodes(count);
    this.enter();
    const { target } = this;
    // An object without a prototype takes properties by their names alone; with one V8 would make a hidden class for each that
    // is added, in four times as long, and here most objects are the only ones with their keys. Nor has it setters.
    const object = (target === undefined ? this.define(Object.create(null) as object) : target) as Record<
      string,
      unknown
    >;
    if (target !== undefined) this.#ordinary(null);
    for (let i = 0; i < count; i++) {
      const key = this.name();
      object[key] = this.value();
    }
    Object.setPrototypeOf(object, Object.prototype);
    this.depth--;
    return object;
  }

  /** An ordinary object whose properties come with their attributes. */
  objectWithProperties(): object {
    const object = this.#ordinary(Object.prototype);
    readProperties(this, object);
    return object;
  }

  /** An array by indices. */
  sparse(): unknown[] {
    const length = this.uint();
    const count = this.count(2);
    if (length > 0xffffffff) throw this.damaged('an array longer than arrays can be');
    const target = this.target;
    this.target = undefined;
    const array = target === undefined ? this.define([] as unknown[]) : this.#shellArray(target, 0);
    // A long array with few elements becomes a dictionary in V8 only from 2 ** 25 on; by way of there it takes no memory.
    if (length > count * 64 + 1024) array.length = 0xffffffff;
    array.length = length;
    this.countNodes(count);
    for (let i = 0; i < count; i++) {
      const index = this.uint();
      if (index >= length) throw this.damaged('an element beyond the end of its array');
      array[index] = this.value();
    }
    return array;
  }
}
