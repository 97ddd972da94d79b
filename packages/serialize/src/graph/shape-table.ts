import { EXT } from '../model/tags.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { type PrototypeFacts, PrototypeTable } from './prototypes.js';
import { type KeyEntry, KeyStore, type ShapeNode, type Spelling } from './shapes.js';

/** So many nodes of shapes are kept from value to value; beyond, all are made anew. */
const KEPT_NODES = 16_384;
/** The keys of longer shapes are written one by one. */
const MAX_SPELLED = 32;

/**
 * The record shapes and keys that the decoder knows.
 *
 * In a session it lives as long as an epoch; {@link commit} or {@link rollback} ends each message, so that a message that
 * could not be encoded leaves no trace.
 */
export class ShapeTable {
  readonly store: KeyStore = new KeyStore();
  readonly #prototypes = new PrototypeTable();
  readonly #session: boolean;
  /** What was defined in this generation is known to the decoder. */
  #generation = 0;
  #keys = 0;
  #shapes = 0;
  /** What the decoder of a session knows, by id; the last of them were defined by the present message. */
  #knownKeys: KeyEntry[] = [];
  #knownShapes: ShapeNode[] = [];
  #committedKeys = 0;
  #committedShapes = 0;

  constructor(session: boolean) {
    this.#session = session;
  }

  /** How many entries the decoder holds. */
  get size(): number {
    return this.#keys + this.#shapes;
  }

  /** Whether the decoder knows a shape. */
  knows(shape: ShapeNode): boolean {
    return shape.generation === this.#generation;
  }

  /** Defines a shape. The head of its definition and its keys are written; the prototype is the caller's. */
  define(shape: ShapeNode, withPrototype: boolean, out: ByteWriter): void {
    shape.generation = this.#generation;
    shape.id = this.#shapes++;
    if (this.#session) this.#knownShapes.push(shape);
    out.extensionUint(EXT.shape, shape.depth * 2 + (withPrototype ? 1 : 0));
    if (shape.spelling !== undefined && this.#areNew(shape.spelling.keys)) this.#writeSpelling(shape.spelling, out);
    else this.#writeKeys(shape, out);
  }

  /** Whether the decoder knows none of the keys. */
  #areNew(keys: readonly KeyEntry[]): boolean {
    for (let i = 0; i < keys.length; i++) if (keys[i]!.generation === this.#generation) return false;
    return true;
  }

  #writeSpelling({ keys, words, length }: Spelling, out: ByteWriter): void {
    for (let i = 0; i < keys.length; i++) this.#define(keys[i]!);
    // Behind the last word there is room: what stands there is written over.
    out.ensure(length);
    const { view, position } = out;
    // For so few bytes `set` costs more, and so does a loop over bytes.
    for (let i = 0; i < words.length; i++) view.setInt32(position + i * 4, words[i]!, true);
    out.position = position + length;
  }

  #define(key: KeyEntry): void {
    key.generation = this.#generation;
    key.id = this.#keys++;
    if (this.#session) this.#knownKeys.push(key);
  }

  #writeKeys(shape: ShapeNode, out: ByteWriter): void {
    const { depth } = shape;
    if (depth === 0) return;
    const keys = new Array<KeyEntry>(depth);
    let node = shape;
    for (let i = depth - 1; i >= 0; i--) {
      keys[i] = node.key!;
      node = node.parent!;
    }
    const start = out.position;
    let spelled = true;
    for (let i = 0; i < depth; i++) {
      const key = keys[i]!;
      if (key.generation === this.#generation) {
        spelled = false;
        out.uint(key.id);
      } else {
        this.#define(key);
        out.string(key.text);
      }
    }
    // Most shapes of a value that has many are met once.
    if (spelled && shape.definitions++ > 0 && depth <= MAX_SPELLED && out.position - start <= MAX_SPELLED * 16) {
      shape.spelling = spell(keys, out.bytes.subarray(start, out.position));
    }
  }

  /** What was defined since the last call is known to the decoder from now on. */
  commit(): void {
    this.#committedKeys = this.#keys;
    this.#committedShapes = this.#shapes;
    this.#prototypes.forgetLocal();
  }

  /** Forgets what was defined since the last {@link commit}. */
  rollback(): void {
    for (const shape of this.#knownShapes.splice(this.#committedShapes)) shape.generation = -1;
    for (const key of this.#knownKeys.splice(this.#committedKeys)) key.generation = -1;
    this.#shapes = this.#committedShapes;
    this.#keys = this.#committedKeys;
    this.commit();
  }

  /**
   * Forgets the oldest keys and shapes, so that a share of them is left.
   *
   * @returns How many the decoder is to forget.
   */
  forgetOldest(share: number): { readonly keys: number; readonly shapes: number } {
    const keys = forget(this.#knownKeys, share);
    const shapes = forget(this.#knownShapes, share);
    this.#keys -= keys;
    this.#shapes -= shapes;
    // What is known of forgotten shapes is dropped, too; the others are defined once more.
    if (this.store.nodes > KEPT_NODES) this.store.clear();
    this.commit();
    return { keys, shapes };
  }

  /** Forgets everything. */
  clear(): void {
    this.#generation++;
    this.#keys = 0;
    this.#shapes = 0;
    if (this.#session) {
      this.#knownKeys = [];
      this.#knownShapes = [];
    }
    if (this.store.nodes > KEPT_NODES) this.store.clear();
    this.commit();
  }

  of(prototype: object | null): PrototypeFacts {
    return this.#prototypes.of(prototype);
  }
}

function spell(keys: readonly KeyEntry[], bytes: Uint8Array): Spelling {
  const { length } = bytes;
  const words = new Int32Array((length + 3) >> 2);
  for (let i = 0; i < length; i++) words[i >> 2]! |= bytes[i]! << ((i & 3) * 8);
  return { keys, words, length };
}

/** Drops the first entries of a list, and numbers the others anew. @returns How many were dropped. */
function forget(known: { generation: number; id: number }[], share: number): number {
  const dropped = known.splice(0, Math.ceil(known.length * (1 - share)));
  for (const entry of dropped) entry.generation = -1;
  for (const entry of known) entry.id -= dropped.length;
  return dropped.length;
}
