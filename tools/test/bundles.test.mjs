// What ships is made by a bundler: it must not change what users see.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packages, root } from '../workspace.mjs';

describe.each(packages)('the bundle of @mp/%s', (name) => {
  const lib = join(root, 'packages', name, 'lib');

  test('leaves every exported function and class its name, or one of them', async () => {
    const exports = await import(pathToFileURL(join(lib, 'index.js')).href);
    const renamed = Object.entries(exports).filter(
      ([, value]) => typeof value === 'function' && exports[value.name] !== value,
    );
    expect(renamed.map(([key, value]) => `${key} is called ${value.name}`)).toEqual([]);
  });

  test('has maps that lead to sources which ship', () => {
    const maps = readdirSync(lib).filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(0);
    for (const map of maps)
      for (const source of JSON.parse(readFileSync(join(lib, map), 'utf8')).sources)
        if (!source.startsWith('shared:')) expect(source).toMatch(/^\.\.\/src\/.*\.ts$/);
  });
});

// Who knows no condition `module-sync` takes it: Yarn's Plug'n'Play, stock jest.
test('children of a program that has the CommonJS twin find the codec, which is one module for all', async () => {
  const { createRequire } = await import('node:module');
  const lib = join(root, 'packages', 'serialize', 'lib');
  const { serializeCodec } = createRequire(import.meta.url)(join(lib, 'cjs', 'index.js'));
  expect(serializeCodec.module.specifier).toBe(pathToFileURL(join(lib, 'index.js')).href);
});

test('a program that serializes data alone loads no parser', async () => {
  const { execFileSync } = await import('node:child_process');
  const program = `
    import { createRequire } from 'node:module';
    import { deserialize, serialize } from '@mp/serialize';
    deserialize(serialize({ a: [new Map([[1, 2n]])] }));
    const parsers = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /acorn|capture/.test(file));
    const before = parsers().length;
    serialize(() => 1);
    console.log(before, parsers().length);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output.trim()).toBe('0 2');
});
