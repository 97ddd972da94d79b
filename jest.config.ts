/** @jest-config-loader esbuild-register */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from 'jest';

type Project = Exclude<NonNullable<Config['projects']>[number], string>;

// What one of these runs over another start method would only repeat, or is about the other methods.
const SAME_OVER_ALL = [
  '/package.test.js',
  '/channel/(framing|cells).test.js',
  '/pool/(scheduler|chunking|crash-spawn|crash-thread|crash-forkserver).test.js',
  '/process/fork.test.js',
];

/** What makes no sense over fork: by file and name, with the reason. */
const NOT_OVER_FORK = {
  'process/process.test.js': {
    'arguments that cannot travel fail the start, and no process is left': 'a copy has its arguments; nothing travels',
  },
  'channel/connection.test.js': {
    'an end that was sent to a process which ends without taking it is the end of the messages':
      'a copy takes its connections before anything can end it, and has no flags of its own',
  },
  'pool/crash-fork.test.js': {
    'runs out of memory, its task alone fails': 'the limits of a copy are those of its parent',
  },
};

/** The same over forkserver. */
const NOT_OVER_FORKSERVER = {
  'channel/connection.test.js': {
    'an end that was sent to a process which ends without taking it is the end of the messages':
      'flags that Node does not know end the server, and with it the start',
  },
};

/** The whole suite of the runtime over one start method. */
const runtimeOver = (method: string, execArgv: readonly string[], skipped: object): Project => ({
  ...project('runtime', 120_000),
  displayName: `runtime over ${method}`,
  runner: [
    '<rootDir>/../../tools/jest-plain-node/runner.mjs',
    { fileTimeoutMs: 120_000, execArgv, env: { MP_TEST_START_METHOD: method }, skipped },
  ] as never,
  setupFilesAfterEnv: ['<rootDir>/dist-test/support/start-methods.js'],
  testPathIgnorePatterns: SAME_OVER_ALL,
});

// Every test file runs in a bare `node` process of its own against the built packages: jest's own
// runner puts tests into a vm context, whose realm falsifies what this project is about.
const project = (name: string, fileTimeoutMs: number): Project => ({
  displayName: name,
  rootDir: `packages/${name}`,
  runner: ['<rootDir>/../../tools/jest-plain-node/runner.mjs', { fileTimeoutMs }] as never,
  testMatch: ['<rootDir>/dist-test/**/*.test.js'],
  transform: {},
});

// Without a C compiler there is nothing to test of the native part but that it says so.
const binaries = join(__dirname, 'packages/native/prebuilds', `${process.platform}-${process.arch}`);
const isNativeBuilt = existsSync(binaries) && readdirSync(binaries).length > 0;

const config: Config = {
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tools/jest-plain-node/tally.cjs'],
  projects: [
    {
      ...project('codec', 60_000),
      displayName: 'tools',
      rootDir: 'tools',
      runner: ['<rootDir>/jest-plain-node/runner.mjs', { fileTimeoutMs: 120_000 }] as never,
      moduleFileExtensions: ['mjs', 'js', 'ts', 'json'],
      testMatch: ['<rootDir>/test/**/*.test.mjs'],
    },
    project('codec', 60_000),
    {
      ...project('native', 120_000),
      ...(isNativeBuilt ? {} : { testMatch: ['<rootDir>/dist-test/package.test.js'] }),
    },
    project('serialize', 120_000),
    project('runtime', 120_000),
    ...(isNativeBuilt
      ? [
          runtimeOver('fork', ['--single-threaded', '--v8-pool-size=0'], NOT_OVER_FORK),
          // The tests that name their start methods run over it in `runtime`, too: only `npm run test:matrix` repeats the rest.
          ...(process.env['TEST_ALL_METHODS'] === '1' ? [runtimeOver('forkserver', [], NOT_OVER_FORKSERVER)] : []),
        ]
      : []),
    {
      ...project('benchmarks', 60_000),
      rootDir: 'benchmarks',
      runner: ['<rootDir>/../tools/jest-plain-node/runner.mjs', { fileTimeoutMs: 60_000 }] as never,
    },
  ],
};

export default config;
