// The one command of this repository: `node tools/run.mjs <task>`.
// It needs Node and npm and nothing else, and sets up what a task needs before it runs it.
import { installDependencies } from './install.mjs';

const tasks = {
  install: async () => {},
  build: async () => (await import('./build/build.mjs')).build(),
  test: async (args) => (await import('./test.mjs')).test(args),
  check: async (args) => (await import('./check.mjs')).check(args),
  format: async () => (await import('./check.mjs')).format(),
  'test:tools': async () => (await import('./user-tools/user-tools.mjs')).testTools(),
  'test:compiled': async () => (await import('./compiled/compiled.mjs')).testCompiled(),
  demo: async (args) => (await import('./demo.mjs')).demo(args),
  soak: async (args) => (await import('./soak.mjs')).soak(args),
  'crash-matrix': async () => (await import('./crash-matrix.mjs')).crashMatrix(),
  bench: async (args) => (await import('./bench.mjs')).bench(args),
};

const [major, minor] = process.versions.node.split('.').map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
  console.error(`Node 20.19 or 22.12 and later is needed; this is ${process.version}.`);
  process.exit(1);
}

const [name = '', ...args] = process.argv.slice(2);
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
if (task === undefined) {
  console.error(`Usage: node tools/run.mjs <${Object.keys(tasks).join('|')}>`);
  process.exitCode = 2;
} else {
  await installDependencies();
  await task(args);
}
