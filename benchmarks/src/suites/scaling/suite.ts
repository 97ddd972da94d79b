// What is measured of serializers where something grows: cost for each item, beside the same with little of it.
import type { Case, Metric, Suite } from '../../harness/model.js';
import { classCodecs } from '../../peers/values/classes.js';
import { valuePeers } from '../values/suite.js';

// Those that keep identity, as ours does by default; the others would be compared at something else.
const keeping = ['mp', 'v8', 'msgpackr-sc', 'cbor-x-sc', 'seroval', 'devalue', 'superjson'];

const perItem = (item: string): readonly Metric[] => [
  { id: 'encode', title: `encode, each ${item}`, unit: 'µs', better: 'lower' },
  { id: 'decode', title: `decode, each ${item}`, unit: 'µs', better: 'lower' },
  { id: 'bytes', title: `size, each ${item}`, unit: 'bytes', better: 'lower' },
];

const classes = (count: number): Case => ({
  id: `classes-${count}`,
  title: `10 000 instances, ${count} registered class${count === 1 ? '' : 'es'}`,
  metrics: perItem('instance'),
  baseline: 'msgpackr-sc',
  peers: Object.keys(classCodecs),
  curve: {
    curve: 'classes',
    title: 'Cost of an instance against the number of registered classes',
    axis: 'classes',
    x: count,
  },
  timeoutMs: 20_000,
});

const depth = (nodes: number, name: string): Case => ({
  id: `depth-${nodes}`,
  title: `linked lists of ${name} nodes`,
  metrics: perItem('node'),
  baseline: 'v8',
  peers: keeping,
  curve: { curve: 'depth', title: 'Cost of a node against the depth', axis: 'nodes deep', x: nodes },
  timeoutMs: 40_000,
  maxPasses: 5,
});

export const scalingSuite: Suite = {
  id: 'serialize/scaling',
  title: 'Values: what grows',
  method:
    'As with values, divided by the number of items: who scales costs the same for each, however many classes are ' +
    'registered, however many shapes there are, however deep it is. Classes are registered as each library says.',
  peers: valuePeers.filter(({ id }) => keeping.includes(id)),
  cases: [
    classes(1),
    classes(80),
    {
      id: 'shapes-20k',
      title: '20 000 objects of which no two have the same keys',
      metrics: perItem('object'),
      baseline: 'v8',
      peers: keeping,
      timeoutMs: 20_000,
    },
    depth(100, '100'),
    depth(2_000_000, '2 000 000'),
    {
      id: 'arena',
      title: 'memory that a message of a few bytes keeps alive, after one of 16 MB',
      metrics: [{ id: 'kept', title: 'kept alive', unit: 'bytes', better: 'lower' }],
      baseline: 'v8',
      peers: keeping,
      timeoutMs: 20_000,
      maxPasses: 2,
    },
  ],
  runner: async () => (await import('./sample.js')).runScalingSample,
};
