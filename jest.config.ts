/** @jest-config-loader esbuild-register */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from 'jest';

type Project = Exclude<NonNullable<Config['projects']>[number], string>;

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
    {
      ...project('benchmarks', 60_000),
      rootDir: 'benchmarks',
      runner: ['<rootDir>/../tools/jest-plain-node/runner.mjs', { fileTimeoutMs: 60_000 }] as never,
    },
  ],
};

export default config;
