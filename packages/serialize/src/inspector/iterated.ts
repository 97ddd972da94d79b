import { iteratedAmong } from '../heap/iterators.js';
import { objectsBelow } from './heap.js';
import { HeapSnapshot } from './heap-snapshot.js';
import { Inspector } from './session.js';

/** Below which most of what is iterated is found, the likeliest first. The last is below nothing. */
const ROOTS: readonly object[] = [
  Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Object.prototype,
];

/**
 * The objects that array iterators go through.
 *
 * Their memory tells where such an object is, and not what it is to the program: so candidates are looked for at that
 * place. First those that are known; then all of a kind that the heap has, which takes a garbage collection for each; then what a
 * snapshot of the heap shows, which knows objects of other realms and without a prototype too.
 */
export function iteratedBy(
  iterators: readonly object[],
  candidates: readonly object[],
): readonly (object | undefined)[] {
  const found = [...iteratedAmong(iterators, candidates)];
  const missing = (): readonly number[] => found.flatMap((object, i) => (object === undefined ? [i] : []));
  const add = (objects: (missing: readonly object[]) => readonly (object | undefined)[]): void => {
    const places = missing();
    const more = objects(places.map((place) => iterators[place] as object));
    places.forEach((place, i) => {
      found[place] = more[i];
    });
  };
  for (const root of ROOTS) {
    if (missing().length === 0 || !Inspector.isAvailable) return found;
    add((rest) => iteratedAmong(rest, objectsBelow(root)));
  }
  add((rest) => rest.map(inSnapshot));
  return found;
}

function inSnapshot(iterator: object): object | undefined {
  const snapshot = HeapSnapshot.showing(iterator);
  const row = snapshot?.rowOf(iterator);
  if (snapshot === undefined || row === undefined) return undefined;
  for (const { type, to } of snapshot.edgesAt(row)) {
    if (type !== 'hidden' || !snapshot.isObject(to)) continue;
    const object = snapshot.objectAt(to);
    if (object !== undefined && iteratedAmong([iterator], [object])[0] === object) return object;
  }
  return undefined;
}
