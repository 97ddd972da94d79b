import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, packages, root } from '../workspace.mjs';

/** An import that must not be, and the rule that it breaks. */
const FORBIDDEN = [
  ['codec/src/error.ts', '@mp/serialize', 'arrow-codec'],
  ['codec/src/error.ts', '@mp/runtime', 'arrow-codec'],
  ['codec/src/error.ts', 'node:fs', 'contract-runs-anywhere'],
  ['codec/src/conformance/bench.ts', '../structured-clone/index.js', 'contract-stands-alone'],
  ['codec/src/limits.ts', './context.js', 'no-cycles'],
  ['native/src/index.ts', '@mp/codec', 'arrow-native'],
  ['serialize/src/index.ts', '@mp/runtime', 'arrow-serialize'],
  ['serialize/src/index.ts', '@mp/native', 'arrow-serialize'],
  ['serialize/src/index.ts', 'no-such-package', 'resolvable'],
  ['serialize/src/index.ts', 'fast-check', 'no-test-code'],
  ['runtime/src/index.ts', '@mp/serialize', 'one-default-codec'],
  ['runtime/src/index.ts', '@mp/native', 'one-native-door'],
];

let copy;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'mp-arrows-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
    cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const name of packages) {
    for (const part of ['src', 'dist', 'package.json'])
      cpSync(join(root, 'packages', name, part), join(copy, 'packages', name, part), { recursive: true });
    // Every package can reach every other one here, so that a rule, and not pnpm, must refuse the import.
    const links = join(copy, 'packages', name, 'node_modules', '@mp');
    mkdirSync(links, { recursive: true });
    for (const other of packages) symlinkSync(join('..', '..', '..', other), join(links, other));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function cruise() {
  const sources = packages.map((name) => `packages/${name}/src`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [binary('dependency-cruiser', 'depcruise'), '--config', '.dependency-cruiser.cjs', ...sources],
    { cwd: copy, encoding: 'utf8' },
  );
  return { status, stdout };
}

test.each(FORBIDDEN)('%s may not import %s', (file, specifier, rule) => {
  const path = join(copy, 'packages', file);
  const added = join(path, '..', 'forbidden-import.ts');
  // Beside the file, in its room: the import itself is all that is new. A cycle needs the file itself.
  const target = rule === 'no-cycles' ? path : added;
  writeFileSync(target, `import ${JSON.stringify(specifier)};\n`);
  try {
    const { status, stdout } = cruise();
    expect(stdout).toContain(`error ${rule}:`);
    expect(status).not.toBe(0);
  } finally {
    cpSync(join(root, 'packages', file), path);
    if (target === added) rmSync(added);
  }
});
