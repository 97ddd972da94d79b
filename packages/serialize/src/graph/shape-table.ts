import { EXT } from '../model/tags.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { type PrototypeFacts, PrototypeTable } from './prototypes.js';
import { type KeyEntry, KeyStore, type ShapeNode } from './shapes.js';

/** So many nodes of shapes are kept from value to value; beyond, all are made anew. */
const KEPT_NODES = 16_384;

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
  /** What the present message of a session defined. */
  #newKeys: KeyEntry[] = [];
  #newShapes: ShapeNode[] = [];

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
    if (this.#session) this.#newShapes.push(shape);
    out.extensionUint(EXT.shape, shape.depth * 2 + (withPrototype ? 1 : 0));
    this.#writeKeys(shape, out);
  }

  #writeKeys(shape: ShapeNode, out: ByteWriter): void {
    if (shape.parent === undefined) return;
    this.#writeKeys(shape.parent, out);
    const key = shape.key!;
    if (key.generation === this.#generation) out.uint(key.id);
    else {
      key.generation = this.#generation;
      key.id = this.#keys++;
      if (this.#session) this.#newKeys.push(key);
      out.string(key.text);
    }
  }

  /** What was defined since the last call is known to the decoder from now on. */
  commit(): void {
    if (this.#newShapes.length > 0) this.#newShapes = [];
    if (this.#newKeys.length > 0) this.#newKeys = [];
    this.#prototypes.forgetLocal();
  }

  /** Forgets what was defined since the last {@link commit}. */
  rollback(): void {
    for (const shape of this.#newShapes) shape.generation = -1;
    for (const key of this.#newKeys) key.generation = -1;
    this.#shapes -= this.#newShapes.length;
    this.#keys -= this.#newKeys.length;
    this.commit();
  }

  /** Forgets everything. */
  clear(): void {
    this.#generation++;
    this.#keys = 0;
    this.#shapes = 0;
    if (this.store.nodes > KEPT_NODES) this.store.clear();
    this.commit();
  }

  of(prototype: object | null): PrototypeFacts {
    return this.#prototypes.of(prototype);
  }
}
