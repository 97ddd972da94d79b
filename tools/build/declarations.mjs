// The declarations of the CommonJS twins: the same text, in a folder whose files TypeScript takes for CommonJS.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { packages, root } from '../workspace.mjs';

export async function writeTwinDeclarations() {
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
          if (!entry.isFile() || path.startsWith('cjs') || !path.endsWith('.d.ts')) return;
          const target = join(cjs, path);
          if (!(await isNewer(target, file))) await copy(file, target);
        }),
      );
    }),
  );
}

// Their maps would have to be copied, too, and point elsewhere.
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/m;

async function copy(file, target) {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, (await readFile(file, 'utf8')).replace(MAP_COMMENT, ''));
}

async function isNewer(target, source) {
  const [made, from] = await Promise.all([stat(target).catch(() => undefined), stat(source)]);
  return made !== undefined && made.mtimeMs >= from.mtimeMs;
}
