import type { ValueSource } from '../model/kind.js';

/** A record shape as the reader knows it. */
export interface ReaderShape {
  readonly keys: readonly string[];
  readonly prototype: object | null;
  /** Whether plain assignment would do: no key is inherited, so no setter can be hit. */
  readonly assignable: boolean;
  uses: number;
  /** Makes a record in one go, where the host lets us generate code. */
  make: ((reader: ValueSource) => object) | undefined;
  /** The same where objects are counted. */
  makeCounted: ((reader: ValueSource) => object) | undefined;
  /** Makes records whose values were read column by column. */
  rows: RowMaker | undefined;
}

/** Functions for records of one shape. */
export interface RowMaker {
  /** Makes records of columns, from an index of `target` on. */
  make(columns: readonly (readonly unknown[])[], count: number, target: unknown[], at: number): void;
  /** Makes one whose values are not there yet. */
  blank(): object;
  /** Gives records that were made blank their values. */
  fill(columns: readonly (readonly unknown[])[], count: number, target: unknown[], at: number): void;
}

/** From so many records on a shape gets a function of its own: making one costs 20 records. */
const GENERATE_AFTER = 12;
const MAX_GENERATED_KEYS = 64;
/** So many keys of shapes are kept from payload to payload; beyond, all are made anew. */
const KEPT_NODES = 16_384;

let mayGenerate = true;

/** A list of keys as a path in a tree; plain shapes are kept there, with the functions that were generated for them. */
interface Node {
  readonly key: string;
  next: Node | undefined;
  others: Map<string, Node> | undefined;
  shape: ReaderShape | undefined;
}

let root = newNode('');
let nodes = 0;

function newNode(key: string): Node {
  return { key, next: undefined, others: undefined, shape: undefined };
}

/** The shape of plain objects with these keys: one for all payloads. */
export function plainShape(keys: readonly string[]): ReaderShape {
  if (nodes > KEPT_NODES) {
    root = newNode('');
    nodes = 0;
  }
  let node = root;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const { next } = node;
    node = next !== undefined && next.key === key ? next : step(node, key);
  }
  node.shape ??= makeShape(keys, Object.prototype);
  return node.shape;
}

function step(node: Node, key: string): Node {
  const known = node.others?.get(key);
  if (known !== undefined) {
    node.next = known;
    return known;
  }
  const made = newNode(key);
  nodes++;
  if (node.next !== undefined) {
    node.others ??= new Map([[node.next.key, node.next]]);
    node.others.set(key, made);
  }
  node.next = made;
  return made;
}

/** Notes the shape of records to come. */
export function makeShape(keys: readonly string[], prototype: object | null): ReaderShape {
  const assignable = prototype === Object.prototype && keys.every((key) => !(key in Object.prototype));
  return { keys, prototype, assignable, uses: 0, make: undefined, makeCounted: undefined, rows: undefined };
}

/** What makes many records of a shape at once; undefined where the host does not let us generate code. */
export function rowMaker(shape: ReaderShape): RowMaker | undefined {
  if (shape.rows !== undefined || !mayGenerate || shape.keys.length > MAX_GENERATED_KEYS) return shape.rows;
  try {
    shape.rows = generateRows(shape);
  } catch {
    mayGenerate = false;
  }
  return shape.rows;
}

/** Counts a use, and gives shapes that are used often functions of their own. */
export function countUse(shape: ReaderShape): void {
  if (++shape.uses !== GENERATE_AFTER || !mayGenerate) return;
  if (shape.keys.length === 0 || shape.keys.length > MAX_GENERATED_KEYS) return;
  try {
    shape.make = generate(shape, false);
    shape.makeCounted = generate(shape, true);
  } catch {
    // `--disallow-code-generation-from-strings` and content security policies: decided here, at use, once.
    mayGenerate = false;
  }
}

/**
 * An object literal with all keys in place: two to three times as fast as assigning them one by one.
 *
 * The keys are the only part of the code that comes from the payload, and they are JSON strings there. A computed
 * key defines an own property even for `__proto__`.
 */
function generate({ keys, prototype }: ReaderShape, counted: boolean): (reader: ValueSource) => object {
  const names = keys.map(nameInLiteral);
  const base = prototype === Object.prototype ? '' : '__proto__: prototype, ';
  const body = counted
    ? `const record = { ${base}${names.map((name) => `${name}: undefined`).join(', ')} };
       reader.define(record);
       ${keys.map((key) => `record[${JSON.stringify(key)}] = reader.value();`).join('\n')}
       return record;`
    : `return { ${base}${names.map((name) => `${name}: reader.value()`).join(', ')} };`;
  return (new Function('prototype', `return function makeRecord(reader) { ${body} }`) as (p: object | null) => never)(
    prototype,
  );
}

/** The same for many records. {@link generate} says why this code is safe. */
function generateRows({ keys, prototype }: ReaderShape): RowMaker {
  const names = keys.map(nameInLiteral);
  const base = prototype === Object.prototype ? '' : '__proto__: prototype, ';
  const columns = `const ${keys.map((_, i) => `c${i} = columns[${i}]`).join(', ')};`;
  return (
    new Function(
      'prototype',
      `return {
         make(columns, count, target, at) {
           ${columns}
           for (let i = 0; i < count; i++) target[at + i] = { ${base}${names.map((name, i) => `${name}: c${i}[i]`).join(', ')} };
         },
         blank() { return { ${base}${names.map((name) => `${name}: undefined`).join(', ')} }; },
         fill(columns, count, target, at) {
           ${columns}
           for (let i = 0; i < count; i++) {
             const record = target[at + i];
             ${keys.map((key, i) => `record[${JSON.stringify(key)}] = c${i}[i];`).join('\n')}
           }
         },
       };`,
    ) as (p: object | null) => RowMaker
  )(prototype);
}

function nameInLiteral(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
}

/** Gives an object a property, whatever it inherits. */
export function defineValue(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
