// What grows: how many classes, how many shapes, how deep.
import type { Point, PointClass } from '../../peers/values/classes.js';

/** Classes that differ in their names alone. */
export function makeClasses(count: number): PointClass[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `Point${i}`;
    return {
      [name]: class {
        readonly x: number;
        readonly y: number;
        constructor(x: number, y: number) {
          this.x = x;
          this.y = y;
        }
      },
    }[name]!;
  });
}

/** Instances, of each class in turn. */
export function makeInstances(classes: readonly PointClass[], count: number): Point[] {
  return Array.from({ length: count }, (_, i) => new classes[i % classes.length]!(i, -i));
}

export function sameInstances(copy: unknown, original: readonly Point[]): boolean {
  return (
    Array.isArray(copy) &&
    copy.length === original.length &&
    original.every((point, i) => {
      const twin = copy[i] as Point;
      return Object.getPrototypeOf(twin) === Object.getPrototypeOf(point) && twin.x === point.x && twin.y === point.y;
    })
  );
}

/** Objects of which no two have the same keys. */
export function makeShapes(count: number): Record<string, number>[] {
  return Array.from({ length: count }, (_, i) => ({ id: i, [`k${i}`]: i, [`m${i % 997}`]: 1, v: i % 7 }));
}

export function sameShapes(copy: unknown, original: readonly Record<string, number>[]): boolean {
  return JSON.stringify(copy) === JSON.stringify(original);
}

interface Node {
  next: Node | null;
}

/** Lists of nodes, each held by the one before. */
export function makeLists(nodes: number, depth: number): (Node | null)[] {
  return Array.from({ length: nodes / depth }, () => {
    let list: Node | null = null;
    for (let i = 0; i < depth; i++) list = { next: list };
    return list;
  });
}

export function sameLists(copy: unknown, original: readonly (Node | null)[]): boolean {
  if (!Array.isArray(copy) || copy.length !== original.length) return false;
  return original.every((list, i) => lengthOf(copy[i] as Node | null) === lengthOf(list));
}

function lengthOf(list: Node | null): number {
  let length = 0;
  for (let node = list; node !== null; node = node.next) {
    if (typeof node !== 'object' || !('next' in node)) return Number.NaN;
    length++;
  }
  return length;
}
