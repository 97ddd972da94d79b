import { SERIALIZE_ERROR_CODES as CODES, type CodecLimits, type Reducer, SerializeError } from '@mp/codec';
import { builtInPrototype } from '../kinds/built-in.js';
import { kindOfCode } from '../kinds/index.js';
import { FRAME } from '../model/codes.js';
import type { ValueSource } from '../model/kind.js';
import type { AnyFunction, Meta, ReferencePort, Revival } from '../model/ports.js';
import { EXT, SHELL, SIMPLE } from '../model/tags.js';
import { type ByteReader, damaged, truncated } from '../wire/byte-reader.js';
import { readLatin1, readUtf16 } from '../wire/text.js';
import { readNumbers, readStrings, readTimes } from '../wire/vectors.js';
import { readFrame, readProperties } from './frames.js';
import { countUse, defineValue, makeShape, plainShape, type ReaderShape } from './reader-shapes.js';
import { type ReaderSymbols, readSymbol } from './reader-symbols.js';
import type { Tables } from './tables.js';

/** Deeper nesting than a writer makes before it puts objects off. */
const MAX_RECURSION = 900;

/** How many properties `Object.prototype` has. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype).length;

/** What a reader is given. */
export interface ReadContext {
  readonly source: ByteReader;
  /** Whether objects are counted, because something refers back. */
  readonly counting: boolean;
  readonly trusted: boolean;
  readonly tables: Tables;
  readonly limits: CodecLimits;
  /** Shapes and keys that earlier messages of the session defined; new ones are added. */
  readonly shapes: ReaderShape[];
  readonly keys: string[];
  readonly reducers: ReadonlyMap<string, Reducer>;
  readonly attachment: (index: number) => unknown;
  readonly references: ReferencePort | undefined;
  readonly revival: Revival | undefined;
  /**
   * Reads for the sake of the shapes alone: what a session's message defines must be known even where the message
   * itself cannot be revived. Nothing is revived, and what would be is an empty object.
   */
  readonly scanning: boolean;
}

/** What only some objects need, kept apart to be made when it is first used. */
interface PutOff {
  readonly object: object;
  readonly depth: number;
}

/**
 * Reads a value: the counterpart of `GraphWriter`.
 *
 * In: tokens from anybody. Out: the value, or a typed error; no length is believed before it was held against the
 * bytes that are left, and no code runs unless the payload is trusted.
 */
export class GraphReader implements ValueSource {
  readonly context: ReadContext;
  readonly #source: ByteReader;
  readonly #counting: boolean;
  readonly #objects: object[] = [];
  readonly #shapes: ReaderShape[];
  readonly symbols: ReaderSymbols = [];
  readonly functions: readonly AnyFunction[];
  /** Shells whose content comes later. */
  readonly #putOff: PutOff[] = [];
  /** The shell whose content comes next. */
  #target: object | undefined;
  /** Whether `Object.prototype` is as it was: otherwise assigning might hit a setter. */
  readonly #plainPrototype = Object.getOwnPropertyNames(Object.prototype).length === INHERITED;
  #depth = 0;
  #nodes = 0;
  /** What is to be done when all values exist, first things first. */
  readonly privates: (() => void)[] = [];
  readonly states: (() => void)[] = [];
  readonly #final: (() => void)[] = [];

  constructor(context: ReadContext) {
    this.context = context;
    this.#source = context.source;
    this.#counting = context.counting;
    this.#shapes = context.shapes;
    const { functions } = context.tables;
    if (functions.length === 0) this.functions = [];
    else if (context.scanning) this.functions = functions.map(() => () => undefined);
    else {
      this.requireTrust('functions');
      if (context.revival === undefined) throw unsupported('functions');
      this.functions = context.revival.allocate(functions);
    }
  }

  /** Reads the value and all that hangs from it. */
  read(): unknown {
    const value = this.value();
    this.#finishPutOff();
    const slots: unknown[][] = [];
    for (let batch = 0; batch < this.context.tables.functions.length; batch++) {
      const list: unknown[] = [];
      for (let left = this.#source.count(1); left > 0; left--) list.push(this.value());
      this.#finishPutOff();
      slots.push(list);
    }
    if (slots.length > 0) this.context.revival?.fill(slots);
    if (this.#source.position !== this.#source.end) throw damaged(this.#source.position, 'more than one value');
    if (this.context.scanning) return undefined;
    for (const action of this.privates) action();
    // An object is noted when its state was read, so what lies inside that state comes first.
    for (const action of this.states) action();
    for (const action of this.#final) action();
    return value;
  }

  #finishPutOff(): void {
    for (let i = 0; i < this.#putOff.length; i++) {
      const { object, depth } = this.#putOff[i]!;
      this.#depthBase = depth;
      this.#depth = 0;
      this.#target = object;
      this.value();
      if (this.#target !== undefined) throw this.damaged('a shell without its content');
    }
    this.#putOff.length = 0;
    this.#depthBase = 0;
    this.#depth = 0;
  }

  #depthBase = 0;

  value(): unknown {
    const source = this.#source;
    if (source.position >= source.end) throw truncated(source.position);
    const token = source.bytes[source.position++]!;
    if (token < 0x40) return token;
    if (token < 0x80) return this.#record(token & 0x3f);
    if (token >= 0xe0) return token - 256;
    if (token >= 0xa0 && token < 0xc0) return source.text(token & 31);
    if (token < 0x90) return this.#map(token & 15);
    if (token < 0xa0) return this.#array(token & 15);
    const { view } = source;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return view.getFloat32(source.take(4));
      case 0xcb:
        return view.getFloat64(source.take(8));
      case 0xcc:
        return source.byte();
      case 0xcd:
        return view.getUint16(source.take(2));
      case 0xce:
        return view.getUint32(source.take(4));
      case 0xcf:
        return view.getBigUint64(source.take(8));
      case 0xd0:
        return view.getInt8(source.take(1));
      case 0xd1:
        return view.getInt16(source.take(2));
      case 0xd2:
        return view.getInt32(source.take(4));
      case 0xd3:
        return view.getBigInt64(source.take(8));
      case 0xd4:
        return this.#extension(source.byte(), 1);
      case 0xd5:
        return this.#extension(source.byte(), 2);
      case 0xd6:
        return this.#extension(source.byte(), 4);
      case 0xd7:
        return this.#extension(source.byte(), 8);
      case 0xd9:
        return source.text(source.byte());
      case 0xda:
        return source.text(view.getUint16(source.take(2)));
      case 0xdb:
        return source.text(view.getUint32(source.take(4)));
      case 0xdc:
        return this.#array(view.getUint16(source.take(2)));
      case 0xdd:
        return this.#array(view.getUint32(source.take(4)));
      case 0xde:
        return this.#map(view.getUint16(source.take(2)));
      case 0xdf:
        return this.#map(view.getUint32(source.take(4)));
      case 0xc7:
        return this.#block(source.byte());
      case 0xc8:
        return this.#block(view.getUint16(source.take(2)));
      case 0xc9:
        return this.#block(view.getUint32(source.take(4)));
      default:
        throw damaged(source.position - 1, `the token 0x${token.toString(16)}, which has no meaning here,`);
    }
  }

  /** Extensions whose payload is one number. */
  #extension(type: number, length: number): unknown {
    const source = this.#source;
    if (type === EXT.date && length === 8) return this.define(new Date(source.view.getFloat64(source.take(8))));
    const number = source.extensionUint(length);
    switch (type) {
      case EXT.reference: {
        const object = this.#objects[number];
        if (object === undefined) throw this.damaged('a reference to an object that is not there');
        return object;
      }
      case EXT.simple:
        if (number === SIMPLE.undefined) return undefined;
        throw this.damaged('a hole outside an array');
      case EXT.shape:
        return this.#defineShape(number >> 1, (number & 1) === 1);
      case EXT.record:
        return this.#record(number);
      case EXT.set:
        return this.#set(number);
      case EXT.dictionary:
        return this.#dictionary(number);
      case EXT.kind:
        return this.#kind(number);
      case EXT.shell:
        return this.#shell(number);
      case EXT.symbol:
        return readSymbol(this, number);
      case EXT.function: {
        const fn = this.functions[number];
        if (fn === undefined) throw this.damaged('a function that is not there');
        return fn;
      }
      case EXT.prototypeOf:
        return this.#prototypeOf();
      case EXT.named:
        return this.#named(number);
      default:
        throw this.damaged(`the extension type ${type}, which has no meaning here,`);
    }
  }

  /** Extensions whose payload is bytes. */
  #block(length: number): unknown {
    const source = this.#source;
    const type = source.byte();
    switch (type) {
      case EXT.utf16: {
        const at = source.take(length);
        if (length % 2 !== 0) throw this.damaged('half a UTF-16 unit');
        return readUtf16(source.bytes, at, at + length);
      }
      case EXT.latin1: {
        const at = source.take(length);
        return readLatin1(source.bytes, at, at + length);
      }
      case EXT.bigint:
        return readBigint(source, length);
      case EXT.numbers: {
        const array = readNumbers(source, length);
        this.#count(array.length);
        return this.#adoptArray(array);
      }
      case EXT.dates:
        return this.#dates(readTimes(source, length));
      default:
        throw this.damaged(`the extension type ${type}, which has no meaning here,`);
    }
  }

  #adoptArray(array: unknown[]): unknown[] {
    const target = this.#target;
    if (target === undefined) return this.define(array);
    this.#target = undefined;
    if (!Array.isArray(target)) throw this.damaged('an array in place of another object');
    for (const element of array) target.push(element);
    return target;
  }

  #dates(times: Float64Array): unknown[] {
    this.#count(times.length);
    const array = new Array<unknown>(times.length);
    const adopted = this.#adoptArray(array);
    for (let i = 0; i < times.length; i++) adopted[i] = this.define(new Date(times[i]!));
    return adopted;
  }

  #count(count: number): void {
    this.#nodes += count;
    if (this.#nodes > this.context.limits.maxNodes) {
      throw limit(`more than ${this.context.limits.maxNodes} elements and properties`, 'maxNodes');
    }
  }

  #enter(): void {
    if (++this.#depth > MAX_RECURSION || this.#depth + this.#depthBase > this.context.limits.maxDepth) {
      throw limit(`nesting deeper than ${Math.min(MAX_RECURSION, this.context.limits.maxDepth)}`, 'maxDepth');
    }
  }

  #record(id: number): object {
    const shape = this.#shapes[id];
    if (shape === undefined) throw this.damaged('a record of a shape that is not there');
    this.#count(shape.keys.length);
    this.#enter();
    const make = this.#counting ? shape.makeCounted : shape.make;
    const record = make !== undefined && this.#target === undefined ? make(this) : this.#assemble(shape);
    this.#depth--;
    return record;
  }

  #assemble(shape: ReaderShape): object {
    countUse(shape);
    const { keys } = shape;
    const assignable = shape.assignable && this.#plainPrototype;
    const record = this.#ordinary(shape.prototype);
    for (let i = 0; i < keys.length; i++) {
      const value = this.value();
      if (assignable) (record as Record<string, unknown>)[keys[i]!] = value;
      else defineValue(record, keys[i]!, value);
    }
    return record;
  }

  /** An empty ordinary object: new, or the shell that waits for its content. */
  #ordinary(prototype: object | null): object {
    const target = this.#target;
    if (target === undefined) {
      return this.define(prototype === Object.prototype ? {} : (Object.create(prototype) as object));
    }
    this.#target = undefined;
    if (Object.getPrototypeOf(target) !== prototype) Object.setPrototypeOf(target, prototype);
    return target;
  }

  #defineShape(count: number, hasPrototype: boolean): object {
    const source = this.#source;
    if (count > source.end - source.position) throw truncated(source.position);
    const keys: string[] = [];
    for (let i = 0; i < count; i++) keys.push(this.#key());
    const target = this.#target;
    this.#target = undefined;
    // The record has its ordinal from before its prototype was met.
    const place = hasPrototype && target === undefined ? this.reserve() : -1;
    const prototype = hasPrototype ? this.prototype() : Object.prototype;
    this.#shapes.push(prototype === Object.prototype ? plainShape(keys) : makeShape(keys, prototype));
    if (place < 0) {
      this.#target = target;
      return this.#record(this.#shapes.length - 1);
    }
    this.#target = this.fill(place, Object.create(prototype) as object);
    return this.#record(this.#shapes.length - 1);
  }

  #key(): string {
    const source = this.#source;
    const token = source.bytes[source.position]!;
    if (token < 0x80 || (token >= 0xcb && token <= 0xce)) {
      const key = this.context.keys[source.uint()];
      if (key === undefined) throw this.damaged('a key that is not there');
      return key;
    }
    const key = token >= 0xa0 && token < 0xc0 ? source.key() : this.text();
    this.context.keys.push(key);
    return key;
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

  #array(length: number): unknown[] {
    const source = this.#source;
    if (length > source.end - source.position) throw truncated(source.position);
    this.#count(length);
    this.#enter();
    const target = this.#target;
    this.#target = undefined;
    const array = target === undefined ? this.define(new Array<unknown>(length)) : this.#shellArray(target, length);
    const { bytes } = source;
    for (let i = 0; i < length; i++) {
      const token = bytes[source.position]!;
      // A hole, and a block of strings that stands for several elements.
      if (token >= 0xc7 && token <= 0xd4) {
        if (token === 0xd4 && bytes[source.position + 1] === EXT.simple && bytes[source.position + 2] === SIMPLE.hole) {
          source.take(3);
          continue;
        }
        const count = token <= 0xc9 ? readStrings(source, array, i) : 0;
        if (count > 0) {
          i += count - 1;
          continue;
        }
      }
      array[i] = this.value();
    }
    this.#depth--;
    return array;
  }

  #shellArray(target: object, length: number): unknown[] {
    if (!Array.isArray(target)) throw this.damaged('an array in place of another object');
    target.length = length;
    return target;
  }

  #map(size: number): Map<unknown, unknown> {
    const source = this.#source;
    if (size * 2 > source.end - source.position) throw truncated(source.position);
    this.#count(size * 2);
    this.#enter();
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined && !(target instanceof Map)) throw this.damaged('a Map in place of another object');
    const map = target === undefined ? this.define(new Map<unknown, unknown>()) : target;
    for (let i = 0; i < size; i++) {
      const key = this.value();
      map.set(key, this.value());
    }
    this.#depth--;
    return map;
  }

  #set(size: number): Set<unknown> {
    const source = this.#source;
    if (size > source.end - source.position) throw truncated(source.position);
    this.#count(size);
    this.#enter();
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined && !(target instanceof Set)) throw this.damaged('a Set in place of another object');
    const set = target === undefined ? this.define(new Set<unknown>()) : target;
    for (let i = 0; i < size; i++) set.add(this.value());
    this.#depth--;
    return set;
  }

  #dictionary(count: number): object {
    const source = this.#source;
    if (count * 2 > source.end - source.position) throw truncated(source.position);
    this.#count(count);
    this.#enter();
    const object = this.#ordinary(Object.prototype) as Record<string, unknown>;
    for (let i = 0; i < count; i++) {
      const key = this.text();
      if (key in Object.prototype) defineValue(object, key, this.value());
      else object[key] = this.value();
    }
    this.#depth--;
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
    const target = this.#target;
    this.#target = undefined;
    const array = target === undefined ? this.define([] as unknown[]) : this.#shellArray(target, 0);
    // A long array with few elements becomes a dictionary in V8 only from 2 ** 25 on; by way of there it takes no memory.
    if (length > count * 64 + 1024) array.length = 0xffffffff;
    array.length = length;
    this.#count(count);
    for (let i = 0; i < count; i++) {
      const index = this.uint();
      if (index >= length) throw this.damaged('an element beyond the end of its array');
      array[index] = this.value();
    }
    return array;
  }

  #kind(code: number): object {
    this.#enter();
    const object = code <= FRAME.bound ? readFrame(this, code) : this.#readKind(code);
    this.#depth--;
    return object;
  }

  #readKind(code: number): object {
    const kind = kindOfCode(code);
    if (kind === undefined) throw this.damaged(`the kind ${code}, which has no meaning here,`);
    if (this.#target !== undefined) throw this.damaged('a built-in object in place of a shell');
    try {
      return kind.read(this);
    } catch (error) {
      // What a class of the language does not accept can only come from bytes that were made to harm.
      if (error instanceof SerializeError || /call stack/.test((error as Error).message)) throw error;
      throw new SerializeError(CODES.damaged, `The payload is damaged: it holds no ${kind.name}.`, { cause: error });
    }
  }

  #shell(code: number): object {
    const object =
      code === SHELL.object
        ? {}
        : code === SHELL.array
          ? []
          : code === SHELL.map
            ? new Map()
            : code === SHELL.set
              ? new Set()
              : undefined;
    if (object === undefined || this.#target !== undefined) throw this.damaged('a shell of an unknown kind');
    this.#putOff.push({ object, depth: this.#depthBase + this.#depth });
    return this.define(object);
  }

  /** Reads an object that has private members: what only construction gives, the code engine makes. */
  instance(privates: Meta): object {
    const made = this.context.scanning ? undefined : this.context.revival?.allocateInstance(privates);
    if (made === undefined) return this.object();
    this.#target = this.define(made);
    const object = this.object();
    if (object !== made) throw this.damaged('an instance of another kind than its class makes');
    return object;
  }

  #prototypeOf(): object {
    const place = this.reserve();
    const owner = this.object();
    this.requireTrust('a class');
    if (this.context.scanning) return this.fill(place, {});
    const prototype: unknown = Object.getOwnPropertyDescriptor(owner, 'prototype')?.value;
    if (typeof prototype !== 'object' || prototype === null) throw this.damaged('a class without a prototype');
    return this.fill(place, prototype);
  }

  #named(index: number): object | symbol {
    this.requireTrust('a reference to code');
    const meta = this.context.tables.names[index];
    if (meta === undefined) throw this.damaged('a name that is not there');
    if (this.context.scanning) return this.define({});
    if (this.context.references === undefined) throw unsupported('references');
    const value = this.context.references.resolve({ meta });
    return typeof value === 'object' ? this.define(value) : value;
  }

  // --- what kinds use

  define<T extends object>(object: T): T {
    if (this.#counting) this.#objects.push(object);
    return object;
  }

  reserve(): number {
    return this.#counting ? this.#objects.push(undefined as never) - 1 : 0;
  }

  fill<T extends object>(place: number, object: T): T {
    if (this.#counting) this.#objects[place] = object;
    return object;
  }

  object(): object {
    const value = this.value();
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value;
    throw this.damaged('a primitive value in place of an object');
  }

  uint(): number {
    return this.#source.uint();
  }

  count(size: number): number {
    return this.#source.count(size);
  }

  number(): number {
    const value = this.value();
    if (typeof value === 'number') return value;
    throw this.damaged('another value in place of a number');
  }

  bigint(): bigint {
    const value = this.value();
    if (typeof value === 'bigint') return value;
    throw this.damaged('another value in place of a big integer');
  }

  text(): string {
    const source = this.#source;
    const token = source.bytes[source.position]!;
    // Only tokens of strings, so that nothing is made and thrown away.
    if ((token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb) || (token >= 0xc7 && token <= 0xc9)) {
      const value = this.value();
      if (typeof value === 'string') return value;
    }
    throw this.damaged('another value in place of a string');
  }

  properties(target: object): void {
    readProperties(this, target);
  }

  /** Counts properties against the limit. */
  countProperties(count: number): void {
    this.#count(count);
  }

  memory(): { readonly buffer: ArrayBuffer | SharedArrayBuffer; readonly shift: number } {
    const index = this.uint();
    const pieces = this.context.tables.memories[index]?.pieces;
    if (pieces === undefined) throw this.damaged('memory that is not there');
    if (pieces.length === 1) return { buffer: pieces[0]!.buffer, shift: pieces[0]!.start };
    // The offset stands next, and says which piece.
    const { position } = this.#source;
    const offset = this.uint();
    this.#source.position = position;
    const piece = pieces.findLast(({ start }) => start <= offset) ?? pieces[0]!;
    return { buffer: piece.buffer, shift: piece.start };
  }

  requireTrust(what: string): void {
    if (!this.context.trusted && !this.context.scanning) {
      throw new SerializeError(
        CODES.untrusted,
        `The payload holds ${what}, and nothing proves that it may run code here.\nPass the key that it was signed with, or \`trustCode: true\` if you trust where it came from.`,
      );
    }
  }

  finally(action: () => void): void {
    this.#final.push(action);
  }

  meta(index: number): Meta {
    const meta = this.context.tables.privates[index];
    if (meta === undefined) throw this.damaged('private members that are not there');
    return meta;
  }

  readonly damaged = (what: string): SerializeError => damaged(this.#source.position, what);
}

function readBigint(source: ByteReader, length: number): bigint {
  const at = source.take(length);
  if (length < 2) throw damaged(at, 'an empty big integer');
  let digits = '';
  for (let i = at + length - 1; i > at; i--) digits += source.bytes[i]!.toString(16).padStart(2, '0');
  const magnitude = BigInt(`0x${digits}`);
  return source.bytes[at] === 1 ? -magnitude : magnitude;
}

function limit(what: string, name: string): SerializeError {
  return new SerializeError(
    CODES.limit,
    `The payload exceeds a limit: ${what}.\nIf it is to be trusted, raise \`limits.${name}\`.`,
  );
}

function unsupported(what: string): SerializeError {
  return new SerializeError(
    CODES.unsupported,
    `The payload holds ${what}, and this decoder was made without the means to revive them.`,
  );
}
