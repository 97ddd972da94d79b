// The import law. Packages first (docs/architecture.md has the table), then rooms inside the packages.
const packageArrow = (from, allowed, comment) => ({
  name: `arrow-${from}`,
  comment,
  severity: 'error',
  from: { path: `^packages/${from}/src/` },
  to: { path: `^packages/(?!${[from, ...allowed].join('/|')}/)` },
});

/** The rooms of each package, in the order of the data flow, and which others each may look into. */
const rooms = {
  serialize: {
    model: [],
    wire: ['model'],
    kinds: ['model'],
    graph: ['model', 'wire', 'kinds'],
    message: ['model', 'wire', 'graph'],
    plain: ['model', 'wire'],
    analyze: ['model'],
    heap: ['model'],
    inspector: ['model', 'heap'],
    instrument: ['model', 'analyze', 'inspector'],
    references: ['model', 'inspector', 'instrument'],
    capture: ['model', 'analyze', 'inspector', 'instrument', 'references'],
    // Private members of classes that come by reference can be written through the inspector alone.
    revive: ['model', 'analyze', 'inspector'],
  },
  runtime: {
    platform: [],
    protocol: ['platform'],
    native: ['platform', 'protocol'],
    channel: ['platform', 'protocol', 'native'],
    launch: ['platform', 'protocol', 'channel', 'native'],
    process: ['platform', 'protocol', 'channel', 'launch'],
    child: ['platform', 'protocol', 'channel', 'native'],
    queues: ['platform', 'protocol', 'channel'],
    sync: ['platform', 'protocol', 'channel', 'native'],
    shared: ['platform', 'protocol', 'native', 'sync'],
    pool: ['platform', 'protocol', 'channel', 'launch', 'process', 'queues'],
    context: ['platform', 'protocol', 'channel', 'launch', 'process', 'queues', 'sync', 'shared', 'pool', 'native'],
    // Where another process or thread begins.
    entry: ['platform', 'protocol', 'channel', 'launch', 'child', 'context', 'native'],
  },
};

const roomArrows = Object.entries(rooms).flatMap(([name, arrows]) =>
  Object.entries(arrows).map(([room, allowed]) => ({
    name: `room-${name}-${room}`,
    comment: 'Imports point one way along the data flow.',
    severity: 'error',
    from: { path: `^packages/${name}/src/${room}/` },
    to: { path: `^packages/${name}/src/(?!(?:${[room, ...allowed].join('|')})/)` },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    packageArrow('codec', [], 'The contract imports nothing of ours.'),
    packageArrow('native', [], 'System calls import nothing of ours.'),
    packageArrow('serialize', ['codec'], 'The serializer knows the contract and no runtime.'),
    packageArrow('runtime', ['codec', 'native', 'serialize'], 'The runtime is at the end of the arrows.'),
    {
      name: 'one-default-codec',
      comment: 'One file alone chooses the default codec, so that it can be swapped.',
      severity: 'error',
      from: { path: '^packages/runtime/src/', pathNot: '^packages/runtime/src/context/default-codec\\.ts$' },
      to: { path: '^packages/serialize/' },
    },
    {
      name: 'one-native-door',
      comment: 'One room alone knows whether the optional native package is there.',
      severity: 'error',
      from: { path: '^packages/runtime/src/', pathNot: '^packages/runtime/src/native/' },
      to: { path: '^packages/native/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contract-runs-anywhere',
      comment: 'The contract itself also runs in a browser: only the structured-clone codec may use Node.',
      severity: 'error',
      from: { path: '^packages/codec/src/', pathNot: '^packages/codec/src/structured-clone/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-stands-alone',
      comment: 'The contract and the conformance kit do not lean on the codec that proves them.',
      severity: 'error',
      from: { path: '^packages/codec/src/', pathNot: '^packages/codec/src/structured-clone/' },
      to: { path: '^packages/codec/src/structured-clone/' },
    },
    {
      name: 'codec-stands-alone',
      comment: 'The structured-clone codec does not lean on the kit that tests it.',
      severity: 'error',
      from: { path: '^packages/codec/src/structured-clone/' },
      to: { path: '^packages/codec/src/conformance/' },
    },
    ...roomArrows,
    {
      name: 'scheduler-is-pure',
      comment: 'The hard part of the pool is tested at a million steps a second: it does nothing but decide.',
      severity: 'error',
      from: { path: '^packages/runtime/src/pool/scheduler\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'inside-the-package',
      comment: 'A package ships alone: it may not reach into the repository around it.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(?:tools|docs|examples|benchmarks)/' },
    },
    {
      name: 'no-cycles',
      comment: 'A type may look back; code that runs may not.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that pnpm hides would otherwise pass silently.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-code',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '/(?:test|dist-test)/|node_modules/(?:fast-check|jest|vitest|expect-type)/' },
    },
    {
      name: 'declared-dependencies',
      comment: 'What a package ships must be in its own dependencies.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['module-sync', 'import', 'node', 'default', 'types'],
    },
    combinedDependencies: false,
  },
};
