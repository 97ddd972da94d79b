import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import type { ValueSource } from '../model/kind.js';
import type { Meta } from '../model/ports.js';
import { type ByteReader, damaged } from '../wire/byte-reader.js';
import { Afterwards } from './afterwards.js';
import { readProperties } from './frames.js';
import type { ReadContext } from './read-context.js';

/** Deeper nesting than a writer makes before it puts objects off. */
const MAX_RECURSION = 900;

/** How many steps iterators may be led for nothing: 0.1 s. */
const FREE_STEPS = 2 ** 25;

/** How many more for each byte of the payload. */
const STEPS_PER_BYTE = 16;

/** The objects of a payload in which nothing refers back. */
const NOTHING: object[] = [];

/**
 * The ground that reading stands on: identity, limits, trust, and what kinds read their content by.
 *
 * Fields are protected because the layers above are one reader, in files of their own.
 */
export abstract class ObjectSource implements ValueSource {
  readonly context: ReadContext;
  protected readonly source: ByteReader;
  protected readonly counting: boolean;
  protected readonly objects: object[];
  /** The shell whose content comes next. */
  protected target: object | undefined;
  protected depth = 0;
  /** How deep the shell lay whose content is being read. */
  protected depthBase = 0;
  #nodes = 0;
  #steps = 0;
  #afterwards: Afterwards | undefined;

  constructor(context: ReadContext) {
    this.context = context;
    this.source = context.source;
    this.counting = context.counting;
    this.objects = context.counting ? [] : NOTHING;
  }

  abstract value(): unknown;

  protected countNodes(count: number): void {
    this.#nodes += count;
    if (this.#nodes > this.context.limits.maxNodes) {
      throw limit(`more than ${this.context.limits.maxNodes} elements and properties`, 'maxNodes');
    }
  }

  protected enter(): void {
    if (++this.depth > MAX_RECURSION || this.depth + this.depthBase > this.context.limits.maxDepth) {
      throw limit(`nesting deeper than ${Math.min(MAX_RECURSION, this.context.limits.maxDepth)}`, 'maxDepth');
    }
  }

  define<T extends object>(object: T): T {
    if (this.counting) this.objects.push(object);
    return object;
  }

  reserve(): number {
    return this.counting ? this.objects.push(undefined as never) - 1 : 0;
  }

  fill<T extends object>(place: number, object: T): T {
    if (this.counting) this.objects[place] = object;
    return object;
  }

  fillOuter(place: number, object: object): void {
    if (!this.counting || place >= this.objects.length || this.objects[place] !== undefined) {
      throw this.damaged('an object that belongs to none around it');
    }
    this.objects[place] = object;
  }

  object(): object {
    const value = this.value();
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value;
    throw this.damaged('a primitive value in place of an object');
  }

  countSteps(steps: number): void {
    this.#steps += steps;
    if (this.context.trusted || this.#steps <= FREE_STEPS + this.source.end * STEPS_PER_BYTE) return;
    throw new SerializeError(
      CODES.limit,
      `The payload exceeds a limit: its iterators are ${this.#steps} steps from their beginnings, which is too many for its size.\n` +
        'If it is to be trusted, pass its key, or `trustCode: true`.',
    );
  }

  uint(): number {
    return this.source.uint();
  }

  count(size: number): number {
    return this.source.count(size);
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
    const source = this.source;
    const token = source.bytes[source.position]!;
    // Only tokens of strings, so that nothing is made and thrown away.
    if ((token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb) || (token >= 0xc7 && token <= 0xc9)) {
      const value = this.value();
      if (typeof value === 'string') return value;
    }
    throw this.damaged('another value in place of a string');
  }

  /** A string that occurs over and over: a short one is looked up by its bytes. */
  name(): string {
    const { source } = this;
    const token = source.bytes[source.position]!;
    return token >= 0xa0 && token < 0xc0 ? source.key() : this.text();
  }

  properties(target: object): void {
    readProperties(this, target);
  }

  /** Counts properties against the limit. */
  countProperties(count: number): void {
    this.countNodes(count);
  }

  memory(): { readonly buffer: ArrayBuffer | SharedArrayBuffer; readonly shift: number } {
    const index = this.uint();
    const pieces = this.context.tables.memories[index]?.pieces;
    if (pieces === undefined) throw this.damaged('memory that is not there');
    if (pieces.length === 1) return { buffer: pieces[0]!.buffer, shift: pieces[0]!.start };
    // The offset stands next, and says which piece.
    const { position } = this.source;
    const offset = this.uint();
    this.source.position = position;
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

  /** What is to be done when all values exist. */
  get afterwards(): Afterwards {
    this.#afterwards ??= new Afterwards();
    return this.#afterwards;
  }

  /** The same, where there is anything. */
  protected get pendingWork(): Afterwards | undefined {
    return this.#afterwards;
  }

  finally(action: () => void): void {
    this.afterwards.finally(action);
  }

  meta(index: number): Meta {
    const meta = this.context.tables.privates[index];
    if (meta === undefined) throw this.damaged('private members that are not there');
    return meta;
  }

  damaged(what: string): SerializeError {
    return damaged(this.source.position, what);
  }
}

function limit(what: string, name: string): SerializeError {
  return new SerializeError(
    CODES.limit,
    `The payload exceeds a limit: ${what}.\nIf it is to be trusted, raise \`limits.${name}\`.`,
  );
}
