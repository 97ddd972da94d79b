import { formatPath, type PathStep } from '@mp/codec';
import { memoryOf } from '../kinds/binary.js';
import { types } from '../model/platform.js';

/** What leads on from an object besides its properties: what a reducer made of it, what a function captured. */
export type Edges = (object: object) => Iterable<Edge>;

/** A step, what it leads to, and what there is to say about it besides. */
export type Edge = readonly [step: PathStep, part: unknown, describe?: () => string | undefined];

/** Where a part of a value is. */
export interface Location {
  readonly path: string;
  /** The object that holds it. */
  readonly holder: object | undefined;
  /** What there is to say about the last step that has something to say. */
  readonly note: string | undefined;
}

interface Visit {
  readonly value: unknown;
  readonly step: PathStep | undefined;
  readonly parent: Visit | undefined;
  readonly describe: (() => string | undefined) | undefined;
}

/** Values looked at before the search gives up. */
const MAX_VISITS = 5_000_000;

/**
 * Where in a value a part of it is, as code would reach it. Looks breadth first, so that the path is a short one, and
 * never runs user code: no getter, no trap.
 *
 * @returns `undefined` where the part cannot be reached this way.
 */
export function locate(root: unknown, target: unknown, rootName: string, edges: Edges): Location | undefined {
  const queue: Visit[] = [{ value: root, step: undefined, parent: undefined, describe: undefined }];
  const seen = new Set<unknown>();
  for (let i = 0; i < queue.length && i < MAX_VISITS; i++) {
    const visit = queue[i]!;
    const { value } = visit;
    if (value === target) {
      return {
        path: formatPath(rootName, stepsTo(visit)),
        holder: visit.parent?.value as object | undefined,
        note: noteOn(visit),
      };
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const [step, part, describe] of partsOf(value, edges))
      queue.push({ value: part, step, parent: visit, describe });
  }
  return undefined;
}

function noteOn(visit: Visit): string | undefined {
  for (let at: Visit | undefined = visit; at !== undefined; at = at.parent) {
    const note = at.describe?.();
    if (note !== undefined) return note;
  }
  return undefined;
}

function stepsTo(visit: Visit): PathStep[] {
  const steps: PathStep[] = [];
  for (let at: Visit | undefined = visit; at?.step !== undefined; at = at.parent) steps.push(at.step);
  const MAX_STEPS = 60;
  const ordered = steps.reverse();
  if (ordered.length <= MAX_STEPS) return ordered;
  return [...ordered.slice(0, 10), { call: `…(${ordered.length - 20} more)…` }, ...ordered.slice(-10)];
}

/** Everything that an object leads to, each with the step that leads there. */
export function* partsOf(object: object, edges: Edges): Iterable<Edge> {
  yield* edges(object);
  if (types?.isProxy(object) === true) return;
  if (types?.isMap(object) ?? object instanceof Map) {
    let index = 0;
    for (const [key, value] of Map.prototype.entries.call(object) as MapIterator<[unknown, unknown]>) {
      const isNameable = typeof key === 'string' || typeof key === 'number';
      yield [{ call: isNameable ? `.get(${JSON.stringify(key)})` : `.<value ${index}>` }, value];
      yield [{ call: `.<key ${index++}>` }, key];
    }
  } else if (types?.isSet(object) ?? object instanceof Set) {
    let index = 0;
    for (const member of Set.prototype.values.call(object) as SetIterator<unknown>) {
      yield [{ call: `.<member ${index++}>` }, member];
    }
  }
  if (ArrayBuffer.isView(object)) {
    yield ['buffer', memoryOf(object)];
    return;
  }
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
    const step = Array.isArray(object) && typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : key;
    if ('value' in descriptor) yield [step, descriptor.value];
    else {
      if (descriptor.get !== undefined) yield [{ call: `.<get ${String(key)}>` }, descriptor.get];
      if (descriptor.set !== undefined) yield [{ call: `.<set ${String(key)}>` }, descriptor.set];
    }
  }
  yield [{ call: '.[[Prototype]]' }, Object.getPrototypeOf(object)];
}
