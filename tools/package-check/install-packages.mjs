// Packs the packages and installs them into an empty folder, as a user would.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest, packages, root, runNpm } from '../workspace.mjs';

/** @param others - Packages of others to install beside ours. @returns what is wrong, or undefined. */
export async function installPackages(folder, others = []) {
  for (const name of packages) {
    const { code, output } = await runNpm(
      'npx',
      ['--yes', manifest.packageManager, '--dir', join(root, 'packages', name), 'pack', '--pack-destination', folder],
      { capture: true },
    );
    if (code !== 0) return output;
  }
  const tarballs = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  const { code, output } = await runNpm(
    'npm',
    ['install', '--no-audit', '--no-fund', ...tarballs.map((file) => `./${file}`), ...others],
    { cwd: folder, capture: true },
  );
  return code === 0 ? undefined : output;
}
