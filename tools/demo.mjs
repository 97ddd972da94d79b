// The main job, as the README's first command: parallel work over real files, with a closure as the task.
import { build } from './build/build.mjs';
import { run } from './workspace.mjs';

export async function demo(args) {
  await build();
  const { code } = await run(process.execPath, ['examples/measure-sources.mjs', ...args]);
  process.exitCode = code;
}
