import type { Readable } from 'node:stream';
import type { AnyFunction } from '../model/ports.js';
import { Inspector, type RemoteObject } from './session.js';

/** The part of V8's format that is read here: numbers in rows, whose columns `meta` names, and strings. */
interface RawSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** A reference from one object of the heap to another. */
export interface HeapEdge {
  /** `context` for a variable, `internal` and `hidden` for what the engine keeps, `property`, `element`. */
  readonly type: string;
  /** The variable's or field's name; the field's number where it is hidden. */
  readonly name: string | number;
  /** Where the object's row begins. */
  readonly to: number;
}

/** A larger heap is not looked through: 1 s for 100 MB, and V8 has no strings of more than 512 MB. */
const MAX_HEAP_BYTES = 400 * 2 ** 20;

/**
 * All objects of the heap and what refers to what, also where the language and the debugger hide it: the variables of
 * contexts, `this` and home objects among them, and the slots of iterators.
 *
 * To take one stops the program: 0.15 s where it has 5 MB, a second for 100. It is the last resort, where the answer would be a
 * refusal, and shows references only: what an object keeps as a small number is not in it.
 */
export class HeapSnapshot {
  readonly #raw: RawSnapshot;
  /** Where the edges of each row begin. */
  readonly #firstEdges: Uint32Array;
  readonly #columns: { readonly type: number; readonly name: number; readonly id: number; readonly count: number };

  private constructor(raw: RawSnapshot) {
    this.#raw = raw;
    const { node_fields: fields, edge_fields: edgeFields } = raw.snapshot.meta;
    this.#columns = {
      type: fields.indexOf('type'),
      name: fields.indexOf('name'),
      id: fields.indexOf('id'),
      count: fields.indexOf('edge_count'),
    };
    const { nodes } = raw;
    this.#firstEdges = new Uint32Array(nodes.length / fields.length);
    let edge = 0;
    for (let i = 0, at = this.#columns.count; at < nodes.length; i++, at += fields.length) {
      this.#firstEdges[i] = edge;
      edge += (nodes[at] as number) * edgeFields.length;
    }
  }

  /**
   * A snapshot that shows an object. One that was taken since the program last ran is still good: what is asked of it does not
   * change, and objects that were made later are not in it.
   *
   * @returns `undefined` where the heap is too large, or the inspector not available.
   */
  static showing(object: object): HeapSnapshot | undefined {
    if (held.latest?.rowOf(object) !== undefined) return held.latest;
    // The next one would show all of it.
    held.latest = undefined;
    if (!Inspector.isAvailable) return undefined;
    const v8 = process.getBuiltinModule('node:v8');
    if (v8.getHeapStatistics().used_heap_size > MAX_HEAP_BYTES) return undefined;
    held.latest = HeapSnapshot.#take(v8);
    queueMicrotask(() => {
      held.latest = undefined;
    });
    return held.latest;
  }

  static #take(v8: typeof import('node:v8')): HeapSnapshot {
    // It is all there when the first chunk is.
    const stream: Readable = v8.getHeapSnapshot();
    let text = '';
    for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
    stream.destroy();
    return new HeapSnapshot(JSON.parse(text) as RawSnapshot);
  }

  /** Where the row of an object begins; `undefined` where it was made after the snapshot. */
  rowOf(object: object): number | undefined {
    const inspector = Inspector.get();
    try {
      const objectId = inspector.idOf(object);
      const { heapSnapshotObjectId } = inspector.post<{ heapSnapshotObjectId: string }>(
        'HeapProfiler.getHeapObjectId',
        { objectId },
      );
      return this.#rowOfId(Number(heapSnapshotObjectId));
    } finally {
      inspector.release();
    }
  }

  #rowOfId(id: number): number | undefined {
    const { nodes, snapshot } = this.#raw;
    const width = snapshot.meta.node_fields.length;
    // An object that was made after the snapshot has the number 0.
    for (let at = this.#columns.id; at < nodes.length && id !== 0; at += width) {
      if (nodes[at] === id) return at - this.#columns.id;
    }
    return undefined;
  }

  /** What kind of object stands in a row, as V8 calls it: `object`, `closure`, `regexp`, `string`, `hidden`… */
  typeAt(row: number): string {
    const { meta } = this.#raw.snapshot;
    return meta.node_types[0][this.#raw.nodes[row + this.#columns.type] as number] as string;
  }

  /** What V8 calls the object in a row. */
  nameAt(row: number): string {
    return this.#raw.strings[this.#raw.nodes[row + this.#columns.name] as number] as string;
  }

  /** What the object in a row refers to. */
  edgesAt(row: number): readonly HeapEdge[] {
    const { edges, nodes, strings, snapshot } = this.#raw;
    const { edge_fields: fields, edge_types: types } = snapshot.meta;
    const first = this.#firstEdges[row / snapshot.meta.node_fields.length] as number;
    return Array.from({ length: nodes[row + this.#columns.count] as number }, (_, i) => {
      const at = first + i * fields.length;
      const type = types[0][edges[at] as number] as string;
      const name = edges[at + 1] as number;
      const isNumber = type === 'element' || type === 'hidden';
      return { type, name: isNumber ? name : (strings[name] as string), to: edges[at + 2] as number };
    });
  }

  /** The live object in a row; `undefined` for what the language has no object for. */
  objectAt(row: number): object | undefined {
    const id = this.#raw.nodes[row + this.#columns.id] as number;
    const inspector = Inspector.get();
    try {
      const { result } = inspector.post<{ result: RemoteObject }>('HeapProfiler.getObjectByHeapObjectId', {
        objectId: String(id),
        objectGroup: SNAPSHOT_GROUP,
      });
      return inspector.liveValues([result])[0] as object;
    } catch {
      return undefined;
    } finally {
      inspector.release();
      inspector.post('Runtime.releaseObjectGroup', { objectGroup: SNAPSHOT_GROUP });
    }
  }

  /** The contexts around a function, innermost first, as rows. */
  *contextsOf(fn: AnyFunction): Iterable<number> {
    let row = this.rowOf(fn);
    row = row === undefined ? undefined : this.#follow(row, 'internal', 'context');
    for (; row !== undefined; row = this.#follow(row, 'internal', 'previous')) yield row;
  }

  /** Whether what stands in a row is an object of the language. */
  isObject(row: number): boolean {
    return OBJECTS.has(this.typeAt(row));
  }

  #follow(row: number, type: string, name: string): number | undefined {
    return this.edgesAt(row).find((edge) => edge.type === type && edge.name === name)?.to;
  }
}

/**
 * Not a variable: V8 shows the variables of a scope as they were when it was asked, to our own inspector as well, and what it
 * has shown lives until it is released.
 */
const held: { latest: HeapSnapshot | undefined } = { latest: undefined };

const OBJECTS: ReadonlySet<string> = new Set(['object', 'closure', 'regexp', 'native']);

/** A group of its own, so that what was looked up is let go at once. */
const SNAPSHOT_GROUP = 'mp.serialize.snapshot';
