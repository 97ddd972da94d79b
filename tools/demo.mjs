// The main job, as the README's first command.
import { build } from './build/build.mjs';
import { run } from './workspace.mjs';

export async function demo(args) {
  await build();
  const { code } = await run(process.execPath, ['examples/round-trip.mjs', ...args]);
  process.exitCode = code;
}
