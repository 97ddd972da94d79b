/** Objects with more keys than this are written with their keys. */
export const MAX_SHAPE_KEYS = 128;

/** A key of any shape. It is interned for good; whether the decoder knows it is a matter of the generation. */
export interface KeyEntry {
  readonly text: string;
  generation: number;
  id: number;
}

/**
 * A list of keys in their order, as a path in a tree of keys. The tree outlives the values, so that a value of known
 * shape costs a few comparisons of pointers; ids are given anew in each generation.
 */
export interface ShapeNode {
  readonly key: KeyEntry | undefined;
  readonly parent: ShapeNode | undefined;
  /** How many keys there are. */
  readonly depth: number;
  readonly family: ShapeFamily;
  generation: number;
  id: number;
  /** A plain object of the shape that the present value holds; those of its hidden class are plain, too. */
  sample: object | undefined;
  /** The same of a second hidden class: keys alone do not make one. */
  otherSample: object | undefined;
  /** The sample of an earlier value, if it is still there. */
  kept: WeakRef<object> | undefined;
  /** In how many values a sample was found, which the next one may know. */
  sampled: number;
  /** Whether the sample was found in the present value. */
  fresh: boolean;
  /** The shape of the record that was met next, the last time. */
  following: ShapeNode | undefined;
  /** How often it was defined with all its keys. */
  definitions: number;
  /** How its keys are written where the decoder knows none of them. */
  spelling: Spelling | undefined;
  /** The node that followed last. */
  next: ShapeNode | undefined;
  /** All nodes that followed, where there were several. */
  others: Map<string, ShapeNode> | undefined;
}

/** The keys of a shape, and their names as they are written one behind the other. */
export interface Spelling {
  readonly keys: readonly KeyEntry[];
  /** The bytes, four in each, low byte first; the last may have fewer. */
  readonly words: Int32Array;
  readonly length: number;
}

/** All keys, and how many nodes there are. */
export class KeyStore {
  readonly #keys = new Map<string, KeyEntry>();
  /** How many nodes all families have together. */
  nodes = 0;
  /** Counts how often everything was forgotten. */
  version = 0;

  entry(text: string): KeyEntry {
    let entry = this.#keys.get(text);
    if (entry === undefined) {
      entry = { text, generation: -1, id: 0 };
      this.#keys.set(text, entry);
    }
    return entry;
  }

  clear(): void {
    this.#keys.clear();
    this.nodes = 0;
    this.version++;
  }
}

/** All shapes on one prototype. */
export class ShapeFamily {
  readonly prototype: object | null;
  #root: ShapeNode = newShapeNode(undefined, undefined, this);
  /** The store whose keys the tree is made of, as it was. */
  #version = 0;

  constructor(prototype: object | null) {
    this.prototype = prototype;
  }

  /** The node for no keys. */
  root(store: KeyStore): ShapeNode {
    if (store.version !== this.#version) {
      this.#root = newShapeNode(undefined, undefined, this);
      this.#version = store.version;
    }
    return this.#root;
  }

  /** The node for a list of keys. */
  find(keys: readonly string[], store: KeyStore): ShapeNode {
    let node = this.root(store);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const next = node.next;
      if (next !== undefined && next.key!.text === key) node = next;
      else node = this.#step(node, key, store);
    }
    return node;
  }

  /** The node for a list of keys, if there is one. */
  lookUp(keys: readonly string[], store: KeyStore): ShapeNode | undefined {
    let node: ShapeNode | undefined = this.root(store);
    for (let i = 0; i < keys.length && node !== undefined; i++) node = nextOf(node, keys[i]!);
    return node;
  }

  #step(node: ShapeNode, key: string, store: KeyStore): ShapeNode {
    const known = node.others?.get(key);
    if (known !== undefined) {
      node.next = known;
      return known;
    }
    const made = newShapeNode(store.entry(key), node, this);
    store.nodes++;
    if (node.next === undefined) node.next = made;
    else {
      node.others ??= new Map([[node.next.key!.text, node.next]]);
      node.others.set(key, made);
      node.next = made;
    }
    return made;
  }
}

/** The node that a key leads to, if there is one. */
export function nextOf(node: ShapeNode, key: string): ShapeNode | undefined {
  const { next } = node;
  if (next !== undefined && next.key!.text === key) return next;
  return node.others?.get(key);
}

/** A node that nothing is known about yet. */
function newShapeNode(key: KeyEntry | undefined, parent: ShapeNode | undefined, family: ShapeFamily): ShapeNode {
  return {
    key,
    parent,
    depth: parent === undefined ? 0 : parent.depth + 1,
    family,
    generation: -1,
    id: 0,
    sample: undefined,
    otherSample: undefined,
    kept: undefined,
    sampled: 0,
    fresh: false,
    following: undefined,
    definitions: 0,
    spelling: undefined,
    next: undefined,
    others: undefined,
  };
}

/** No part of a tree: stands for the shape of a record that is written with its keys. */
export function looseShape(family: ShapeFamily, depth: number): ShapeNode {
  return { ...newShapeNode(undefined, undefined, family), depth };
}
