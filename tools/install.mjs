// Installs the workspace's dependencies with the pinned pnpm, when the lock file says that they changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, root, runNpm } from './workspace.mjs';

const stamp = join(root, 'node_modules', '.installed');

export async function installDependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing dependencies…');
  const { code, output } = await runNpm('npx', ['--yes', manifest.packageManager, 'install', '--frozen-lockfile'], {
    capture: true,
  });
  if (code !== 0) {
    console.error(output);
    throw new Error(`Dependencies could not be installed: pnpm ended with exit code ${code}. See its output above.`);
  }
  writeFileSync(stamp, wanted);
}
