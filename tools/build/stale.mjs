// `tsc -b` never deletes what it made from a source that is gone, and a removed test would run for ever.
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { packages, root } from '../workspace.mjs';

const OUTPUT = /\.(?:js|d\.ts)(?:\.map)?$/;

export async function removeStaleOutput() {
  await Promise.all(
    packages.flatMap((name) => [
      sweep(join(root, 'packages', name, 'src'), join(root, 'packages', name, 'dist')),
      sweep(join(root, 'packages', name, 'test'), join(root, 'packages', name, 'dist-test')),
    ]),
  );
}

async function sweep(sources, outputs) {
  if (!existsSync(outputs)) return;
  for (const entry of await readdir(outputs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !OUTPUT.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    // The declarations of the CommonJS twin of `src/a.ts` are `dist/cjs/a.d.ts`.
    const stem = relative(outputs, file)
      .replace(/^cjs[\\/]/, '')
      .replace(OUTPUT, '');
    if (!existsSync(join(sources, `${stem}.ts`))) await rm(file);
  }
}
