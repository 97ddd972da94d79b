import type { CapturedBatch } from '../model/ports.js';
import type { Edge, Edges } from './locate.js';

/**
 * What leads on from the functions and reduced objects of a value.
 *
 * @param batches - What the code engine captured.
 * @param reduced - What reducers made of objects.
 */
export function edgesOf(batches: readonly CapturedBatch[], reduced: ReadonlyMap<object, unknown>): Edges {
  let captured: Map<object, Edge[]> | undefined;
  return function* (object) {
    if (reduced.has(object)) yield [{ call: '.<reduced>' }, reduced.get(object)];
    if (typeof object !== 'function') return;
    captured ??= capturedBy(batches);
    yield* captured.get(object) ?? [];
  };
}

function capturedBy(batches: readonly CapturedBatch[]): Map<object, Edge[]> {
  const edges = new Map<object, Edge[]>();
  for (const { slots, owners } of batches) {
    let slot = 0;
    for (const { fn, part, describe } of owners?.() ?? []) {
      const list = edges.get(fn) ?? [];
      edges.set(fn, list);
      list.push([{ call: `.${part}` }, slots[slot++], describe]);
    }
  }
  return edges;
}
