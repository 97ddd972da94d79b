import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import { kindOfCode } from '../kinds/index.js';
import { FRAME } from '../model/codes.js';
import type { AnyFunction, Meta } from '../model/ports.js';
import { EXT, SHELL, SIMPLE } from '../model/tags.js';
import { type ByteReader, damaged, truncated } from '../wire/byte-reader.js';
import { readNumbers, readTimes } from '../wire/vectors.js';
import { readFrame } from './frames.js';
import type { ReadContext } from './read-context.js';
import { type ReaderSymbols, readSymbol } from './reader-symbols.js';
import { RecordSource } from './record-source.js';

const NO_FUNCTIONS: readonly AnyFunction[] = [];

/** What only some objects need, kept apart to be made when it is first used. */
interface PutOff {
  /** The shell that waits for its content, or what reads the rest of an object. */
  readonly what: object | (() => void);
  readonly depth: number;
}

/**
 * Reads a value: the counterpart of `GraphWriter`.
 *
 * In: tokens from anybody. Out: the value, or a typed error; no length is believed before it was held against the
 * bytes that are left, and no code runs unless the payload is trusted.
 */
export class GraphReader extends RecordSource {
  #symbols: ReaderSymbols | undefined;
  readonly functions: readonly AnyFunction[];
  /** Shells whose content comes later. */
  readonly #putOff: PutOff[] = [];

  constructor(context: ReadContext) {
    super(context);
    const { functions } = context.tables;
    if (functions.length === 0) this.functions = NO_FUNCTIONS;
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
    this.finish(0);
    const slots: unknown[][] = [];
    for (let batch = 0; batch < this.context.tables.functions.length; batch++) {
      const list: unknown[] = [];
      for (let left = this.source.count(1); left > 0; left--) list.push(this.value());
      this.finish(0);
      slots.push(list);
    }
    if (slots.length > 0) this.context.revival?.fill(slots);
    if (this.source.position !== this.source.end) throw damaged(this.source.position, 'more than one value');
    if (this.context.scanning) return undefined;
    this.pendingWork?.run();
    return value;
  }

  /** What revokes the proxies of the value. */
  readonly revokers: Map<object, () => void> = new Map();

  /** How much is put off. */
  get pending(): number {
    return this.#putOff.length;
  }

  /** Reads what was put off since there were `from`. */
  finish(from: number): void {
    const putOff = this.#putOff;
    if (putOff.length === from) return;
    const { depth: stack, depthBase } = this;
    for (let i = from; i < putOff.length; i++) {
      const { what, depth } = putOff[i]!;
      this.pendingWork?.beginPart();
      this.depth = stack;
      this.depthBase = depth - stack;
      if (typeof what === 'function') {
        (what as () => void)();
        continue;
      }
      this.target = what;
      this.value();
      if (this.target !== undefined) throw this.damaged('a shell without its content');
    }
    putOff.length = from;
    this.depth = stack;
    this.depthBase = depthBase;
  }

  /** The symbols that were met. */
  get symbols(): ReaderSymbols {
    this.#symbols ??= [];
    return this.#symbols;
  }

  value(): unknown {
    const source = this.source;
    if (source.position >= source.end) throw truncated(source.position);
    const token = source.bytes[source.position++]!;
    if (token < 0x40) return token;
    if (token < 0x80) return this.record(token & 0x3f);
    if (token >= 0xe0) return token - 256;
    if (token >= 0xa0 && token < 0xc0) return source.text(token & 31);
    if (token < 0x90) return this.map(token & 15);
    if (token < 0xa0) return this.array(token & 15);
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return source.view.getFloat32(source.take(4));
      case 0xcb:
        return source.float64(source.take(8));
      case 0xcc:
        return source.byte();
      case 0xcd:
        return source.uint16(source.take(2));
      case 0xce:
        return source.uint32(source.take(4));
      case 0xcf:
        return source.view.getBigUint64(source.take(8));
      case 0xd0:
        return (source.byte() << 24) >> 24;
      case 0xd1:
        return (source.uint16(source.take(2)) << 16) >> 16;
      case 0xd2:
        return source.uint32(source.take(4)) | 0;
      case 0xd3:
        return source.view.getBigInt64(source.take(8));
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
        return source.text(source.uint16(source.take(2)));
      case 0xdb:
        return source.text(source.uint32(source.take(4)));
      case 0xdc:
        return this.array(source.uint16(source.take(2)));
      case 0xdd:
        return this.array(source.uint32(source.take(4)));
      case 0xde:
        return this.map(source.uint16(source.take(2)));
      case 0xdf:
        return this.map(source.uint32(source.take(4)));
      case 0xc7:
        return this.#block(source.byte());
      case 0xc8:
        return this.#block(source.uint16(source.take(2)));
      case 0xc9:
        return this.#block(source.uint32(source.take(4)));
      default:
        throw damaged(source.position - 1, `the token 0x${token.toString(16)}, which has no meaning here,`);
    }
  }

  /** Extensions whose payload is one number. */
  #extension(type: number, length: number): unknown {
    const source = this.source;
    if (type === EXT.date && length === 8) return this.define(new Date(source.float64(source.take(8))));
    const number = source.extensionUint(length);
    switch (type) {
      case EXT.reference: {
        const object = this.objects[number];
        if (object === undefined) throw this.damaged('a reference to an object that is not there');
        return object;
      }
      case EXT.simple:
        if (number === SIMPLE.undefined) return undefined;
        throw this.damaged('a hole outside an array');
      case EXT.shape:
        return this.defineShape(number >> 1, (number & 1) === 1);
      case EXT.record:
        return this.record(number);
      case EXT.foundations:
        return this.#foundations(number);
      case EXT.set:
        return this.set(number);
      case EXT.dictionary:
        return this.dictionary(number);
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

  /** What lies too deep in the value for the stack stands in front of it. */
  #foundations(count: number): unknown {
    if (this.target !== undefined) throw this.damaged('foundations in place of a shell');
    if (count > this.source.end - this.source.position) throw truncated(this.source.position);
    this.enter();
    for (let left = count; left > 0; left--) {
      const { pending } = this;
      this.object();
      this.finish(pending);
    }
    const value = this.value();
    this.depth--;
    return value;
  }

  /** Extensions whose payload is bytes. */
  #block(length: number): unknown {
    const source = this.source;
    const type = source.byte();
    const text = source.extensionText(type, length);
    if (text !== undefined) return text;
    switch (type) {
      case EXT.bigint:
        return readBigint(source, length);
      case EXT.numbers: {
        const array = readNumbers(source, length);
        this.countNodes(array.length);
        return this.adoptArray(array);
      }
      case EXT.dates:
        return this.dates(readTimes(source, length));
      default:
        throw this.damaged(`the extension type ${type}, which has no meaning here,`);
    }
  }

  #kind(code: number): object {
    this.enter();
    const object = code <= FRAME.revoker ? readFrame(this, code) : this.#readKind(code);
    this.depth--;
    return object;
  }

  #readKind(code: number): object {
    const kind = kindOfCode(code);
    if (kind === undefined) throw this.damaged(`the kind ${code}, which has no meaning here,`);
    if (this.target !== undefined) throw this.damaged('a built-in object in place of a shell');
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
    if (object === undefined || this.target !== undefined) throw this.damaged('a shell of an unknown kind');
    this.#putOff.push({ what: object, depth: this.depthBase + this.depth });
    return this.define(object);
  }

  /** Puts off what is read by `rest`. */
  later(rest: () => void): void {
    this.#putOff.push({ what: rest, depth: this.depthBase + this.depth });
  }

  /** Reads an object that has private members: what only construction gives, the code engine makes. */
  instance(privates: Meta): object {
    const made = this.context.scanning ? undefined : this.context.revival?.allocateInstance(privates);
    if (made === undefined) return this.object();
    this.target = this.define(made);
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
}

function readBigint(source: ByteReader, length: number): bigint {
  const at = source.take(length);
  if (length < 2) throw damaged(at, 'an empty big integer');
  let digits = '';
  for (let i = at + length - 1; i > at; i--) digits += source.bytes[i]!.toString(16).padStart(2, '0');
  const magnitude = BigInt(`0x${digits}`);
  return source.bytes[at] === 1 ? -magnitude : magnitude;
}

function unsupported(what: string): SerializeError {
  return new SerializeError(
    CODES.unsupported,
    `The payload holds ${what}, and this decoder was made without the means to revive them.`,
  );
}
