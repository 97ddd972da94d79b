// The files that ship are loaded with what V8 compiled of them before, where there is a place for it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedModule } from '../build/code-cache/cached-modules.mjs';
import { nodeExecutable } from '../node-matrix/node-matrix.mjs';
import { root } from '../workspace.mjs';

/** Packages installed elsewhere: what others wrote beside the ones here does not count. */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mp-code-cache-'));
  const scope = join(folder, 'node_modules', '@mp');
  mkdirSync(scope, { recursive: true });
  for (const name of ['codec', 'serialize']) {
    const from = join(root, 'packages', name);
    cpSync(join(from, 'package.json'), join(scope, name, 'package.json'));
    cpSync(join(from, 'lib'), join(scope, name, 'lib'), { recursive: true, filter: (file) => !file.endsWith('.code') });
  }
  symlinkSync(join(root, 'node_modules', 'acorn'), join(folder, 'node_modules', 'acorn'), 'junction');
});
afterEach(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
  import { deserialize, serialize } from '@mp/serialize';
  const three = 3;
  console.log(deserialize(serialize((x) => x * three), { trustCode: true })(14));`;

function run({ program = PROGRAM, execArgv = [], env = {}, node = process.execPath } = {}) {
  const { NODE_V8_COVERAGE: _, NODE_DISABLE_COMPILE_CACHE: __, ...inherited } = process.env;
  return execFileSync(node, [...execArgv, '--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...inherited, ...env },
  }).trim();
}

const lib = () => join(folder, 'node_modules', '@mp', 'serialize', 'lib');
const caches = () => readdirSync(lib()).filter((file) => file.endsWith('.code'));
const contents = () => caches().map((file) => readFileSync(join(lib(), file)).toString('latin1'));

/** What npm would publish of the package. */
const packed = () =>
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: join(lib(), '..'),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

describe('the code of a package', () => {
  test('is cached for each build of Node, also where V8 takes them for one', async () => {
    const nodes = [process.execPath, ...(await Promise.all(['20.19', '22'].map(nodeExecutable)))];
    for (const node of [...nodes, ...nodes]) expect(run({ node })).toBe('42');
    const versions = new Set(nodes.map((node) => execFileSync(node, ['--version'], { encoding: 'utf8' })));
    expect(new Set(caches().map((file) => file.replace(/.*-p/, ''))).size).toBe(versions.size);
  });

  test('is cached beside it by the first process, for the ones that follow', () => {
    expect(run()).toBe('42');
    expect(
      caches()
        .map((file) => file.replace(/-p\w+\.code$/, ''))
        .sort(),
    ).toEqual(expect.arrayContaining(['capture.cjs', 'index.cjs', 'of-acorn.js']));
    const first = contents();
    expect(run()).toBe('42');
    expect(contents()).toEqual(first);
  });

  test('is used from the cache: V8 refuses none', () => {
    run();
    const program = `
      import vm from 'node:vm';
      import { createRequire, syncBuiltinESMExports } from 'node:module';
      const made = [];
      const { Script } = vm;
      vm.Script = class extends Script { constructor(...args) { super(...args); made.push(this); } };
      const { serialize } = await import('@mp/serialize');
      serialize(() => 1);
      console.log(made.length > 2, made.every(({ cachedDataRejected }) => cachedDataRejected === false));`;
    expect(run({ program })).toBe('true true');
  });

  test('is compiled anew where its text is another one', () => {
    run();
    const file = join(lib(), 'index.cjs');
    writeFileSync(
      file,
      readFileSync(file, 'latin1').replace("'use strict'; ", "'use strict'; console.log('changed'); "),
    );
    expect(run()).toBe('changed\n42');
    expect(run()).toBe('changed\n42');
  });

  test('is compiled anew where its text is another one of the same length and time, as npm and images set it', () => {
    const npmTime = new Date('1985-10-26T08:15:00Z');
    const file = join(lib(), 'index.cjs');
    const version = () => run({ program: `import { serialize } from '@mp/serialize'; console.log(serialize(1)[6]);` });
    const [digit] = /(?<=FORMAT_VERSION = )\d(?=;)/.exec(readFileSync(file, 'latin1'));
    utimesSync(file, npmTime, npmTime);
    expect([version(), version()]).toEqual([digit, digit]);
    const text = readFileSync(file, 'latin1').replace(`FORMAT_VERSION = ${digit};`, 'FORMAT_VERSION = 3;');
    writeFileSync(file, text, 'latin1');
    utimesSync(file, npmTime, npmTime);
    expect([version(), version()]).toEqual(['3', '3']);
  });

  test('is used from the cache where its files were given other times since', () => {
    run();
    const first = contents();
    for (const name of readdirSync(lib())) utimesSync(join(lib(), name), 0, 0);
    expect(run()).toBe('42');
    expect(contents()).toEqual(first);
  });

  test('is loaded anew after it has failed, as by Node', () => {
    run();
    for (const [name, code] of [
      ['capture.cjs', "throw new Error('not now');"],
      ['index.cjs', "module.exports = () => { throw new Error('not now'); };"],
    ]) {
      const file = join(lib(), name);
      const text = readFileSync(file, 'latin1');
      writeFileSync(
        file,
        `if (globalThis.isBroken) { globalThis.isBroken = false; ${code} }\nelse { ${text}\n}`,
        'latin1',
      );
      const program = `
        import { createRequire } from 'node:module';
        const require = createRequire(import.meta.url);
        const { load } = require(${JSON.stringify(join(lib(), 'load-code.cjs'))});
        const [index, file] = ${JSON.stringify([join(lib(), 'index.cjs'), file])};
        const attempt = () => {
          try {
            return load(index).serialize(() => 1) instanceof Uint8Array;
          } catch ({ message }) {
            return \`\${message}, \${file in require.cache}\`;
          }
        };
        globalThis.isBroken = true;
        console.log(attempt(), attempt());`;
      for (const env of [{}, {}, { NODE_DISABLE_COMPILE_CACHE: '1' }]) {
        expect(run({ program, env })).toBe('not now, false true');
      }
      writeFileSync(file, text, 'latin1');
    }
  });

  test('leaves no part of a cache that a killed process had begun, and packs none', () => {
    const program = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
      syncBuiltinESMExports();
      const { serialize } = await import('@mp/serialize');
      serialize(() => 1);`;
    expect(() => run({ program })).toThrow();
    const left = readdirSync(lib()).filter((name) => /\.code/.test(name));
    expect(left).toHaveLength(1);
    expect(packed()).not.toContain('.code');
    // One that another process may be writing now stays.
    run();
    expect(caches()).toContain(left[0]);
    for (const name of caches()) if (name !== left[0]) rmSync(join(lib(), name));
    utimesSync(join(lib(), left[0]), 0, 0);
    run();
    expect(caches()).not.toContain(left[0]);
    expect(packed()).not.toContain('.code');
  });

  const asPosix = process.platform === 'win32' ? test.skip : test;
  asPosix('is cached where nobody else can write, whatever files may be by default', () => {
    run({ program: `process.umask(0); ${'import("@mp/serialize").then(({ serialize }) => serialize(() => 1));'}` });
    expect(caches().length).toBeGreaterThan(0);
    for (const name of caches()) expect(statSync(join(lib(), name)).mode & 0o777).toBe(0o644);
  });

  test('is compiled anew where the cache was damaged', () => {
    run();
    for (const name of caches()) {
      const bytes = readFileSync(join(lib(), name));
      for (let i = bytes.length >> 1; i < bytes.length; i += 16) bytes[i] ^= 0x55;
      writeFileSync(join(lib(), name), bytes);
    }
    const damaged = contents();
    expect(run()).toBe('42');
    expect(contents()).not.toEqual(damaged);
  });

  test('has a cache of its own for other flags', () => {
    run();
    const { length } = caches();
    expect(run({ execArgv: ['--max-lazy'] })).toBe('42');
    expect(caches().length).toBe(2 * length);
  });

  test.each([
    ['where the compile cache of Node is off', { NODE_DISABLE_COMPILE_CACHE: '1' }],
    ['where coverage is measured, which counts what is compiled', { NODE_V8_COVERAGE: 'coverage' }],
  ])('is not cached %s', (_, env) => {
    expect(run({ env })).toBe('42');
    expect(caches()).toEqual([]);
  });

  // Nobody keeps the superuser from writing.
  const asUser = process.getuid?.() === 0 ? test.skip : test;
  asUser('runs all the same where nothing may be written', () => {
    chmodSync(lib(), 0o555);
    try {
      expect(run()).toBe('42');
      expect(caches()).toEqual([]);
    } finally {
      chmodSync(lib(), 0o755);
    }
  });

  test('runs all the same where the process may write nowhere', () => {
    const [major] = process.versions.node.split('.').map(Number);
    const permission = major < 24 ? '--experimental-permission' : '--permission';
    const program = `import { deserialize, serialize } from '@mp/serialize'; console.log(deserialize(serialize(42)));`;
    expect(run({ program, execArgv: ['--no-warnings', permission, '--allow-fs-read=*'] })).toBe('42');
    expect(caches()).toEqual([]);
  });

  test('is one copy, however it is loaded', () => {
    const program = `
      import { createRequire } from 'node:module';
      import * as imported from '@mp/serialize';
      const required = createRequire(import.meta.url)('@mp/serialize');
      console.log(required.Serializer === imported.Serializer);`;
    expect(run({ program, execArgv: ['--no-warnings'] })).toBe('true');
  });

  test.each([
    ['after', 'imported', "const imported = await import('@mp/serialize');", 'require(file)'],
    ['before', 'required', 'const required = require(file);', "(await import('@mp/serialize'))"],
  ])('is found by the file that its functions are from, %s it was imported', (_, name, first, second) => {
    const program = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const file = ${JSON.stringify(join(lib(), 'index.cjs'))};
      ${first}
      const other = ${second};
      console.log(Object.is(other.serialize, ${name}.serialize));`;
    for (const env of [{}, { NODE_DISABLE_COMPILE_CACHE: '1' }]) {
      expect(run({ program, env, execArgv: ['--no-warnings'] })).toBe('true');
    }
  });
});

describe('a module that the build makes loadable with a cache', () => {
  test('keeps its lines', () => {
    const { 'a.cjs': code } = cachedModule(
      'a',
      'import {\n  b\n} from "./b.js";\nvar c = () => b;\nexport {\n  c\n};\n//# sourceMappingURL=a.js.map\n',
    );
    expect(code.split('\n')[3]).toBe('var c = () => b;');
  });

  test('may not assign to what it exports: who imports it has taken the value', () => {
    expect(() => cachedModule('a', 'var b = 1;\nfunction c() {\n  b = 2;\n}\nexport { b, c };\n')).toThrow(
      'b is exported',
    );
  });
});
