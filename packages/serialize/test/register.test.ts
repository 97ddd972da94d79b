import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Packed {
  readonly name: string;
  readonly bytes?: string;
  readonly error?: string;
}

const register = pathToFileURL(createRequire(import.meta.url).resolve('@mp/serialize/register')).href;
const areas = readdirSync(new URL('../test/fixtures/cases/', import.meta.url)).sort();
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** What lets a program run with nothing but reading files; hooks of Node 20 need their thread. */
const restricted =
  major < 22 || (major === 22 && minor < 15)
    ? ['--experimental-permission', '--allow-fs-read=*', '--allow-worker']
    : [major < 24 ? '--experimental-permission' : '--permission', '--allow-fs-read=*'];

function run(fixture: string, execArgv: readonly string[], args: readonly string[], input = ''): string {
  const file = fileURLToPath(new URL(`../test/fixtures/${fixture}`, import.meta.url));
  const child = spawnSync(process.execPath, ['--no-warnings', ...execArgv, file, ...args], {
    input,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0) throw new Error(`${fixture} ended with ${child.status ?? child.signal}: ${child.stderr}`);
  return child.stdout;
}

function pack(execArgv: readonly string[]): Readonly<Record<string, readonly Packed[]>> {
  return JSON.parse(run('pack.mjs', ['--import', register, ...execArgv], areas));
}

/** What each case came to in a process that was not instrumented. */
function outcomes(file: string, packed: readonly Packed[]): readonly (readonly [name: string, result: string])[] {
  const parcels = packed.map(({ bytes }) => bytes ?? null);
  const results = JSON.parse(run('restore.mjs', [], [file], JSON.stringify(parcels))) as (string | null)[];
  return packed.map(({ name, error }, i) => [name, error ?? results[i] ?? 'no answer']);
}

describe('in an instrumented process', () => {
  const packed = pack([]);
  test.each(areas)('every value of %s behaves elsewhere as the original did', (file) => {
    const wrong = outcomes(file, packed[file] ?? []).filter(([, result]) => result !== 'right');
    expect(wrong).toEqual([]);
  });
});

describe('in an instrumented process without an inspector', () => {
  const packed = pack(restricted);
  /** Internal slots that only the inspector shows, and what cannot be instrumented. */
  const refusable: Readonly<Record<string, RegExp>> = {
    'async.mjs': /promise|generator/i,
    'async-hooks.mjs': /./,
    'iterators.mjs': /./,
    'accessors.mjs': /super/,
    'bound.mjs': /./,
    'destructuring.mjs': /^$/,
    'eval.cjs': /./,
    'expression-names.mjs': /eval/,
    'sloppy.cjs': /./,
    'fields.mjs': /beside a constructor/,
    'home.mjs': /./,
    'mixed.mjs': /promise|emitter|iterator|WeakMap|ES5|AsyncLocalStorage|Function|proxies|super/,
    'modules.mjs': /createRequire/,
    'moved.mjs': /./,
    'native.mjs': /built-in|promisified/,
    'private.mjs': /proxy/,
    'proxy.mjs': /./,
    'runtime-wrappers.mjs': /./,
    'tied-arguments.cjs': /./,
    'with.cjs': /./,
    'super.mjs': /bound|object|prototype|changed later|assigns|new.target/,
  };
  test.each(areas)('every value of %s behaves elsewhere as the original did, or is refused', (file) => {
    const wrong = outcomes(file, packed[file] ?? []).filter(
      ([name, result]) =>
        result !== 'right' &&
        !(refusable[file]?.test(name) && /inspector/.test(result) && /SerializeError/.test(result)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('a program sees nothing of its instrumentation', () => {
  const plain = JSON.parse(run('instrumented/main.mjs', [], []));
  const report = JSON.parse(run('instrumented/main.mjs', ['--import', register], []));

  test('functions give the text that was written', () => expect(report.texts).toEqual(plain.texts));
  test('stack traces have the lines and columns that were written', () => expect(report.stack).toEqual(plain.stack));
  test('in CommonJS too', () => expect(report.commonJs).toEqual(plain.commonJs));
  test('parameters stay as they were counted', () => expect(report.lengths).toEqual(plain.lengths));
  test('no global name can be listed', () => expect(report.globals).toBe(false));
  test('worker threads are instrumented too', () => expect(report.inWorker).toBe(true));
});

describe('being asked', () => {
  const report = JSON.parse(run('instrumented/main.mjs', ['--import', register, ...restricted, '--allow-worker'], []));

  test('runs no default, no computed key and no body', () => expect(report.ranBefore).toBe(0));
  test('keeps what functions share, and leaves the original alone', () => expect(report.shared).toEqual([1, 1, 0]));
  test('a variable in its temporal dead zone stays there', () => expect(report.early).toBe('ReferenceError'));
});

const { typescript } = process.features as { typescript?: unknown };
const stripsTypes = typescript !== undefined && typescript !== false;
(stripsTypes ? test : test.skip)('types are stripped, and the function is captured without an inspector', () => {
  expect(JSON.parse(run('instrumented/strict.ts', ['--import', register, ...restricted], []))).toEqual([21, true]);
});

describe('a file that cannot be instrumented', () => {
  test('runs as it is', () => {
    const program = 'with ({ a: 1 }) { process.stdout.write(String(a)) }';
    const file = fileURLToPath(new URL('../test/fixtures/instrumented/sloppy.cjs', import.meta.url));
    const child = spawnSync(process.execPath, ['--import', register, '--input-type=commonjs', '-e', program], {
      cwd: new URL('.', pathToFileURL(file)),
      encoding: 'utf8',
    });
    expect(child.stdout).toBe('1');
  });
});
