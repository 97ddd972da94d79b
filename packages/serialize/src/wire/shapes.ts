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
  readonly depth: number;
  generation: number;
  id: number;
  /** How many objects of the shape were met, when sampling. */
  seen: number;
  /** The node that followed last. */
  next: ShapeNode | undefined;
  /** All nodes that followed, where there were several. */
  others: Map<string, ShapeNode> | undefined;
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
  #root: ShapeNode = newNode(undefined, undefined);
  /** The store whose keys the tree is made of, as it was. */
  #version = 0;

  /** The node for a list of keys. */
  find(keys: readonly string[], store: KeyStore): ShapeNode {
    if (store.version !== this.#version) {
      this.#root = newNode(undefined, undefined);
      this.#version = store.version;
    }
    let node = this.#root;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const next = node.next;
      if (next !== undefined && next.key!.text === key) node = next;
      else node = this.#step(node, key, store);
    }
    return node;
  }

  #step(node: ShapeNode, key: string, store: KeyStore): ShapeNode {
    const known = node.others?.get(key);
    if (known !== undefined) {
      node.next = known;
      return known;
    }
    const made = newNode(store.entry(key), node);
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

function newNode(key: KeyEntry | undefined, parent: ShapeNode | undefined): ShapeNode {
  return {
    key,
    parent,
    depth: parent === undefined ? 0 : parent.depth + 1,
    generation: -1,
    id: 0,
    seen: 0,
    next: undefined,
    others: undefined,
  };
}
