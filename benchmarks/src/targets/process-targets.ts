// The goals for starting processes, set before it was built, as data.
import type { Figure, FigureTarget } from './target.js';

const process = (id: string, metric: string, peer = 'mp-forkserver'): Figure => ({
  suite: 'runtime/process',
  case: id,
  metric,
  peer,
});

export const processTargets: readonly FigureTarget[] = [
  {
    id: 'forkserver',
    text: 'forkserver, from asking to the first message: under 2.5 ms',
    ours: process('start', 'ready'),
    atMost: 2.5,
  },
  {
    id: 'forkserver-fork',
    text: 'forkserver against child_process.fork on Node 20: ten times',
    ours: process('start', 'ready'),
    against: ['child_process'],
    atLeast: 10,
    beforeNode: 22,
  },
  {
    id: 'forkserver-fork-22',
    text: 'forkserver against child_process.fork from Node 22 on: five times',
    ours: process('start', 'ready'),
    against: ['child_process'],
    atLeast: 5,
    fromNode: 22,
  },
  {
    id: 'forkserver-python',
    text: "forkserver, from start to end, against Python's fork",
    ours: process('start', 'whole'),
    against: ['py-fork'],
    atLeast: 1,
  },
  {
    id: 'forkserver-python-forkserver',
    text: "forkserver, from start to end, against Python's forkserver",
    ours: process('start', 'whole'),
    against: ['py-forkserver'],
    atLeast: 1,
  },
  {
    id: 'preload-private',
    text: '150 MB preloaded: under 2 MB of memory of its own at the first message',
    ours: process('preload-150', 'private'),
    atMost: 2,
  },
  {
    id: 'alive',
    text: '500 children alive with 150 MB preloaded, and answering',
    ours: process('alive-500', 'start'),
    goesThrough: true,
  },
];
