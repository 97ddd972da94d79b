// The CommonJS twin of every module, for programs that cannot `require` an ES module: stock jest, foremost.
// Plain Node (20.19 and later) takes the ES module for `require` too, by the condition `module-sync`,
// so that a process never has two copies.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transform } from 'esbuild';
import { packages, root } from '../workspace.mjs';

// A twin says the URL of its ES module, so that files beside it (the entry of a child process) are found once.
const TWIN_URL = "require('node:url').pathToFileURL(__filename.replace(/([\\\\/]dist[\\\\/])cjs[\\\\/]/, '$1')).href";

export async function writeCommonJs() {
  await Promise.all(
    packages.map(async (name) => {
      const dist = join(root, 'packages', name, 'dist');
      const cjs = join(dist, 'cjs');
      await mkdir(cjs, { recursive: true });
      await writeFile(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
      const entries = await readdir(dist, { recursive: true, withFileTypes: true });
      await Promise.all(
        entries.map(async (entry) => {
          const file = join(entry.parentPath, entry.name);
          const path = relative(dist, file);
          if (!entry.isFile() || path.startsWith('cjs')) return;
          const target = join(cjs, path);
          if (await isNewer(target, file)) return;
          if (path.endsWith('.d.ts')) await place(target, () => copyDeclarations(file, target));
          else if (path.endsWith('.js')) await place(target, () => convert(file, target));
        }),
      );
    }),
  );
}

// Their maps would have to be copied, too, and point elsewhere.
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/m;

async function copyDeclarations(file, target) {
  await writeFile(target, (await readFile(file, 'utf8')).replace(MAP_COMMENT, ''));
}

async function convert(file, target) {
  const { code } = await transform(await readFile(file, 'utf8'), {
    format: 'cjs',
    target: 'node20',
    sourcefile: file,
    define: { 'import.meta.url': '__moduleUrl' },
    // `import()` must stay what it is: it loads ES modules.
    supported: { 'dynamic-import': true },
  });
  const body = code.includes('__moduleUrl') ? `const __moduleUrl = ${TWIN_URL};\n${code}` : code;
  await writeFile(target, body.replace(MAP_COMMENT, ''));
}

async function place(target, write) {
  await mkdir(dirname(target), { recursive: true });
  await write();
}

async function isNewer(target, source) {
  const [made, from] = await Promise.all([stat(target).catch(() => undefined), stat(source)]);
  return made !== undefined && made.mtimeMs >= from.mtimeMs;
}
