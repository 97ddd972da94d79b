// Which colour and shape a peer has in every plot of a suite. One colour for each library, so that there are few; the
// ways of using a library differ in shape.
import type { PeerReport } from '../harness/model.js';

export type Shape = 'diamond' | 'circle' | 'triangle' | 'rect' | 'roundRect';

export interface Look {
  /** A colour of the page's style. */
  readonly colour: string;
  readonly shape: Shape;
}

const LIBRARIES = 10;
const OURS = 4;
const SHAPES: readonly Shape[] = ['circle', 'triangle', 'rect', 'roundRect'];

export function lookOf(peer: PeerReport, all: readonly PeerReport[]): Look {
  if (peer.ours === true) {
    const index = all.filter(({ ours }) => ours === true).findIndex(({ id }) => id === peer.id);
    return { colour: `var(--ours${index === 0 ? '' : `-${(index % OURS) + 1}`})`, shape: 'diamond' };
  }
  const others = all.filter(({ ours }) => ours !== true);
  const libraries = [...new Set(others.map(libraryOf))];
  const own = others.filter((other) => libraryOf(other) === libraryOf(peer)).findIndex(({ id }) => id === peer.id);
  return {
    colour: `var(--peer-${(libraries.indexOf(libraryOf(peer)) % LIBRARIES) + 1})`,
    shape: SHAPES[own % SHAPES.length]!,
  };
}

function libraryOf({ package: name, program }: PeerReport): string {
  return name ?? program ?? 'node';
}
