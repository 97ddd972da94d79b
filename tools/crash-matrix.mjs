// Brings a worker down in every way, by every start method, and writes what happened into docs/crash-matrix.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build/build.mjs';
import { root } from './workspace.mjs';

const PAGE = join(root, 'docs', 'crash-matrix.md');
const [BEGIN, END] = ['<!-- measured -->', '<!-- /measured -->'];
/** A promise that is not settled by then hangs. */
const HANGS_MS = 30_000;

const rows = [
  ['`process.exit(1)`', { run: (pool, { exitWith }) => pool.apply(exitWith, [1]) }],
  ['`process.exit(0)`', { run: (pool, { exitWith }) => pool.apply(exitWith, [0]) }],
  ['SIGKILL', { run: (pool, { killSelf }) => pool.apply(killSelf), processesOnly: true }],
  ['`process.abort()`', { run: (pool, { abort }) => pool.apply(abort), processesOnly: true }],
  ['heap full', { run: (pool, { fillMemory }) => pool.apply(fillMemory), heap: 32 }],
  ['endless loop, `timeoutMs: 300`', { run: (pool, { spin }) => pool.apply(spin, [], { timeoutMs: 300 }) }],
  [
    'endless loop, signal aborted after 300 ms',
    { run: (pool, { spin }) => pool.apply(spin, [], { signal: AbortSignal.timeout(300) }) },
  ],
  ['stray error while busy', { run: (pool, { failAndSpin }) => pool.apply(failAndSpin) }],
  ['stray error while idle', { run: (pool, { failLater }) => pool.apply(failLater), isHarmless: true }],
];

export async function crashMatrix() {
  await build();
  const { tasks } = await import('../packages/runtime/dist-test/support/contexts.js');
  const { getAllStartMethods } = await import('@mp/runtime');
  const methods = getAllStartMethods();
  const lines = [
    `| what happens to the worker | ${methods.join(' | ')} |`,
    `| --- |${methods.map(() => ' --- |').join('')}`,
  ];
  for (const [name, row] of rows) {
    const cells = [];
    for (const method of methods) cells.push(await cell(method, row, tasks));
    lines.push(`| ${name} | ${cells.join(' | ')} |`);
    console.log(lines.at(-1));
  }
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const table = `${BEGIN}\n\nNode ${process.versions.node}, ${process.platform}.\n\n${lines.join('\n')}\n\n${END}`;
  writeFileSync(PAGE, `${before}${table}${rest.split(END)[1]}`);
}

/** One way to bring a worker down, by one start method: how its task ended, how soon, and what became of the others. */
async function cell(method, { run, heap, processesOnly, isHarmless }, tasks) {
  if (processesOnly && method === 'thread') return '–';
  const { getContext } = await import('@mp/runtime');
  const limits = heap === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heap } };
  const pool = new (getContext(method).Pool)({ processes: 2, output: 'ignore', ...limits });
  try {
    await pool.broadcast(tasks.nothing);
    const started = performance.now();
    const victim = run(pool, tasks);
    if (isHarmless) await untilOneDied(pool);
    const others = [3, 1, 2, 3, 4].map((n) => pool.apply(tasks.squareLater, [n]));
    const outcome = await within(
      victim.then(
        () => (isHarmless ? 'no task fails' : 'RETURNED'),
        ({ code, exitCode, signal, name }) =>
          `${typeof code === 'string' ? code : name}${exitCode === undefined ? '' : ` ${signal ?? exitCode}`}`,
      ),
    );
    const ms = Math.round(performance.now() - started);
    const neighbours = await within(Promise.all(others).then(String));
    const both = await within(
      Promise.all([pool.apply(tasks.block, [200]), pool.apply(tasks.block, [200])]).then(String),
    );
    const { length } = pool.stats().workers;
    const isWhole = neighbours === '9,1,4,9,16' && both === '200,200' && length === 2;
    return `${outcome}, ${ms} ms${isWhole ? '' : ' **NEIGHBOURS HURT**'}`;
  } finally {
    pool.terminate();
    await pool.join();
  }
}

/** The error comes after the task: who runs in the worker then is not idle. */
async function untilOneDied(pool) {
  while (pool.stats().died === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

function within(promise) {
  let timer;
  const hangs = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_MS, '**HANGS**');
  });
  return Promise.race([promise, hangs]).finally(() => clearTimeout(timer));
}
