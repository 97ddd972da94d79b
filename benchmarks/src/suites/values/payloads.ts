// The values that every serializer is given. Made anew in each sample, always the same.
import { isDeepStrictEqual } from 'node:util';

export interface Payload {
  readonly title: string;
  readonly make: () => unknown;
  /** Whether a copy is equal to the original. @defaultValue node:util's isDeepStrictEqual */
  readonly same?: (copy: unknown, original: unknown) => boolean;
}

interface GraphNode {
  readonly id: number;
  readonly name: string;
  root?: unknown;
  partner?: GraphNode;
  links: GraphNode[];
}

const NAMES = [
  'rpc',
  'records10k',
  'config100k',
  'map10k',
  'graph10k',
  'tree50k',
  'dates10k',
  'strings50k',
  'smi200k',
  'ascii1MB',
  'unicode1MB',
  'float1M',
  'f64_10MB',
] as const;

export type PayloadName = (typeof NAMES)[number];

export const payloadNames: readonly PayloadName[] = NAMES;

export const payloads: Readonly<Record<PayloadName, Payload>> = {
  rpc: {
    title: 'a small message',
    make: () => ({
      jsonrpc: '2.0',
      id: 4711,
      method: 'orders.update',
      params: {
        orderId: 'a81f-22c0-90be',
        quantity: 3,
        price: 19.99,
        express: false,
        note: null,
        tags: ['new', 'eu'],
        address: { street: 'Main Street 12', city: 'Springfield', zip: '49007' },
      },
    }),
  },
  records10k: {
    title: '10 000 records of one shape',
    make: () => records(10_000),
  },
  config100k: {
    title: 'a nested configuration of 100 KB',
    make: () => Object.fromEntries(range(330, (i) => [`service-${i}`, service(i)])),
  },
  map10k: {
    title: 'a Map of 10 000 entries',
    make: () => new Map(range(10_000, (i) => [`key-${i}`, { count: i, label: `v${i % 100}` }])),
  },
  graph10k: {
    title: 'a graph of 10 000 nodes with cycles',
    make: graph,
    same: sameGraph,
  },
  tree50k: {
    title: 'a tree of 50 000 small objects',
    make: () => tree(0, 50_000),
  },
  dates10k: {
    title: '10 000 dates',
    make: () => range(10_000, (i) => new Date(1.6e12 + i * 86_400_123)),
  },
  strings50k: {
    title: '50 000 short strings',
    make: () => range(50_000, (i) => (i % 10 === 0 ? `größe-${i}` : `item-${i * 7}`)),
  },
  smi200k: {
    title: '200 000 small integers',
    make: () => range(200_000, (i) => (i * 7919) % 1_000_003),
  },
  ascii1MB: {
    title: 'a string of 1 MB, ASCII',
    make: () => 'The quick brown fox jumps over the lazy dog. '.repeat(24_000).slice(0, 2 ** 20),
  },
  unicode1MB: {
    title: 'a string of 1 MB, many scripts',
    make: () => 'Zażółć gęślą jaźń — 素早い茶色の狐 — быстрая лиса 🦊 '.repeat(13_000).slice(0, 540_000),
  },
  float1M: {
    title: 'an array of 1 000 000 fractions',
    make: () => range(1_000_000, (i) => Math.sqrt(i) + 0.1),
  },
  f64_10MB: {
    title: 'a Float64Array of 10 MB',
    make: () => Float64Array.from({ length: 1_310_720 }, (_, i) => i * 0.5),
  },
};

export function isSame(name: PayloadName, copy: unknown, original: unknown): boolean {
  const { same = isDeepStrictEqual }: Payload = payloads[name];
  return same(copy, original);
}

export interface PlainRecord {
  readonly id: number;
  readonly name: string;
  readonly price: number;
  readonly tags: readonly string[];
  readonly active: boolean;
  readonly nested: { readonly x: number; readonly y: number };
}

/** Rows as a database gives them. */
export function records(count: number): PlainRecord[] {
  return range(count, (i) => ({
    id: i,
    name: `record-${i}`,
    price: i * 1.25,
    tags: ['a', 'b', `c${i % 10}`],
    active: i % 2 === 0,
    nested: { x: i, y: -1 - i },
  }));
}

function range<T>(count: number, make: (i: number) => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(make(i));
  return list;
}

// No two services have quite the same keys, as in a real configuration.
function service(i: number): Record<string, unknown> {
  return {
    enabled: i % 3 !== 0,
    image: `registry.example.com/team-${i % 7}/service-${i}:1.${i % 20}.0`,
    replicas: (i % 5) + 1,
    [`feature${i % 40}`]: { rollout: (i % 100) / 100, owners: [`team-${i % 7}`, `team-${(i + 3) % 7}`] },
    resources: { cpu: `${100 + (i % 9) * 50}m`, memory: `${64 * ((i % 8) + 1)}Mi` },
    ...(i % 2 === 0 ? { env: { LOG_LEVEL: 'info', PORT: 8000 + i, [`SECRET_${i % 50}`]: null } } : {}),
  };
}

function tree(first: number, count: number): unknown {
  if (count === 0) return null;
  const left = (count - 1) >> 1;
  return { v: first, l: tree(first + 1, left), r: tree(first + 1 + left, count - 1 - left) };
}

// Cycles through the root and between partners, shared references to earlier nodes; never a long chain of nodes
// that are each reached by the one before, which most libraries answer with a stack overflow.
function graph(): unknown {
  const nodes: GraphNode[] = range(10_000, (i) => ({ id: i, name: `node-${i}`, links: [] }));
  const root = { nodes };
  for (const [i, node] of nodes.entries()) {
    node.root = root;
    node.partner = nodes[i ^ 1]!;
    if (i >= 2) node.links = [nodes[i - 2]!, nodes[(i * 31) % (i - 1)]!];
  }
  return root;
}

// `isDeepStrictEqual` would accept a graph in which what was one object is two.
function sameGraph(copy: unknown, original: unknown): boolean {
  const [own, other] = [copy as { nodes?: GraphNode[] }, original as { nodes: GraphNode[] }];
  if (!Array.isArray(own?.nodes) || own.nodes.length !== other.nodes.length) return false;
  return other.nodes.every((node, i) => {
    const twin = own.nodes![i]!;
    return (
      twin.id === node.id &&
      twin.name === node.name &&
      twin.root === own &&
      twin.partner === own.nodes![node.partner!.id] &&
      twin.links.length === node.links.length &&
      twin.links.every((link, at) => link === own.nodes![node.links[at]!.id])
    );
  });
}
