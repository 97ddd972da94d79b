import { EXT } from '../model/tags.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { Shape, ShapeFamily } from '../wire/shapes.js';
import { type PrototypeFacts, PrototypeTable } from './prototypes.js';

/**
 * The record shapes and keys that the decoder knows.
 *
 * In a session it lives as long as an epoch; {@link commit} or {@link rollback} ends each message, so that a message that
 * could not be encoded leaves no trace.
 */
export class ShapeTable {
  readonly prototypes: PrototypeTable = new PrototypeTable();
  readonly #keys = new Map<string, number>();
  #shapes = 0;
  #newKeys: string[] = [];
  #newShapes: Shape[] = [];

  /** How many entries the decoder holds. */
  get size(): number {
    return this.#keys.size + this.#shapes;
  }

  /** Defines a shape. The head of its definition and its keys are written; the prototype is the caller's. */
  define(family: ShapeFamily, keys: readonly string[], withPrototype: boolean, out: ByteWriter): Shape {
    const shape = family.add([...keys], this.#shapes++);
    this.#newShapes.push(shape);
    out.extensionUint(EXT.shape, keys.length * 2 + (withPrototype ? 1 : 0));
    for (let i = 0; i < keys.length; i++) this.#key(keys[i]!, out);
    return shape;
  }

  #key(key: string, out: ByteWriter): void {
    const id = this.#keys.get(key);
    if (id !== undefined) out.uint(id);
    else {
      this.#keys.set(key, this.#keys.size);
      this.#newKeys.push(key);
      out.string(key);
    }
  }

  /** What was defined since the last call is known to the decoder from now on. */
  commit(): void {
    if (this.#newShapes.length > 0) this.#newShapes = [];
    if (this.#newKeys.length > 0) this.#newKeys = [];
  }

  /** Forgets what was defined since the last {@link commit}. */
  rollback(): void {
    for (const shape of this.#newShapes) shape.family.remove(shape);
    for (const key of this.#newKeys) this.#keys.delete(key);
    this.#shapes -= this.#newShapes.length;
    this.commit();
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#shapes > 0 || this.#keys.size > 0) {
      this.#keys.clear();
      this.#shapes = 0;
    }
    this.prototypes.clear();
    this.commit();
  }

  of(prototype: object | null): PrototypeFacts {
    return this.prototypes.of(prototype);
  }
}
