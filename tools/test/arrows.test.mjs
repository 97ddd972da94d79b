import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, packages, root } from '../workspace.mjs';

/** An import that must not be, and the rule that it breaks. */
const FORBIDDEN = [
  ['codec/src/error.ts', '@mp/serialize', 'arrow-codec'],
  ['codec/src/error.ts', '@mp/runtime', 'arrow-codec'],
  ['codec/src/error.ts', 'node:fs', 'contract-runs-anywhere'],
  ['codec/src/conformance/bench.ts', '../structured-clone/index.js', 'contract-stands-alone'],
  ['codec/src/structured-clone/size.ts', '../conformance/difference.js', 'codec-stands-alone'],
  ['codec/src/error.ts', './serialize-error.js', 'no-cycles'],
  ['native/src/index.ts', '@mp/codec', 'arrow-native'],
  ['serialize/src/wire/text.ts', '../graph/writer.js', 'room-serialize-wire'],
  ['serialize/src/analyze/parse.ts', '../capture/sharing.js', 'room-serialize-analyze'],
  ['runtime/src/channel/pipe.ts', '../pool/pool.js', 'room-runtime-channel'],
  ['runtime/src/child/boot.ts', '../launch/spawn.js', 'room-runtime-child'],
  ['serialize/src/index.ts', '@mp/runtime', 'arrow-serialize'],
  ['serialize/src/index.ts', '@mp/native', 'arrow-serialize'],
  ['serialize/src/index.ts', 'no-such-package', 'resolvable'],
  ['serialize/src/index.ts', 'fast-check', 'no-test-code'],
  ['runtime/src/index.ts', '@mp/serialize', 'one-default-codec'],
  ['runtime/src/index.ts', '@mp/native', 'one-native-door'],
];

let violations;

// All forbidden imports are planted at once in a copy of the packages, and looked for in one run.
beforeAll(() => {
  const copy = mkdtempSync(join(tmpdir(), 'mp-arrows-'));
  try {
    copyWorkspace(copy);
    FORBIDDEN.forEach(([file, specifier], index) => {
      // Beside the file, in its room. A cycle needs the file itself.
      const path = join(copy, 'packages', file);
      const target = specifier.startsWith('./') ? path : join(path, '..', `forbidden-${index}.ts`);
      writeFileSync(target, `import ${JSON.stringify(specifier)};\n`);
    });
    violations = cruise(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test.each(FORBIDDEN.map((row, index) => [...row, index]))(
  '%s may not import %s (%s)',
  (file, specifier, rule, index) => {
    const source = specifier.startsWith('./') ? file : join(file, '..', `forbidden-${index}.ts`);
    const broken = violations
      .filter(({ from, cycle = [] }) => [from, ...cycle.map(({ name }) => name)].includes(join('packages', source)))
      .map((violation) => violation.rule.name);
    expect(broken).toContain(rule);
  },
);

test('what is there breaks no rule', () => {
  const planted = (path) =>
    FORBIDDEN.some(([file], index) => path === join('packages', file) || path.endsWith(`forbidden-${index}.ts`));
  // The planted cycle is seen from both its ends.
  expect(violations.filter(({ from, rule }) => !planted(from) && rule.name !== 'no-cycles')).toEqual([]);
});

function copyWorkspace(copy) {
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
    cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  for (const name of packages) {
    for (const part of ['src', 'dist', 'package.json']) {
      cpSync(join(root, 'packages', name, part), join(copy, 'packages', name, part), { recursive: true });
    }
    linkDependencies(copy, name);
  }
}

/** Every package can reach every other one in the copy, so that a rule, and not pnpm, must refuse the import. */
function linkDependencies(copy, name) {
  const target = join(copy, 'packages', name, 'node_modules');
  mkdirSync(join(target, '@mp'), { recursive: true });
  for (const other of packages) symlinkSync(join(copy, 'packages', other), join(target, '@mp', other), 'junction');
  const installed = join(root, 'packages', name, 'node_modules');
  if (!existsSync(installed)) return;
  for (const entry of readdirSync(installed)) {
    if (entry !== '@mp' && !entry.startsWith('.')) symlinkSync(join(installed, entry), join(target, entry), 'junction');
  }
}

function cruise(copy) {
  const sources = packages.map((name) => `packages/${name}/src`);
  const args = [
    binary('dependency-cruiser', 'depcruise'),
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    ...sources,
  ];
  const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(stdout).summary.violations;
}
