import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { areas, outcomes, pack, register, run } from './support/areas.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** What lets a program run with nothing but reading files; hooks of Node 20 need their thread. */
const restricted =
  major < 22 || (major === 22 && minor < 15)
    ? ['--experimental-permission', '--allow-fs-read=*', '--allow-worker']
    : [major < 24 ? '--experimental-permission' : '--permission', '--allow-fs-read=*'];

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
    'eval-around.mjs': /./,
    'expression-names.mjs': /eval/,
    'sloppy.cjs': /./,
    'fields.mjs': /beside a constructor/,
    'home.mjs': /./,
    'mixed.mjs': /promise|emitter|iterator|WeakMap|ES5|AsyncLocalStorage|Function|proxies|super/,
    'modules.mjs': /createRequire/,
    'moved.mjs': /./,
    'native.mjs': /built-in|promisified/,
    'private.mjs': /proxy|a bound one/,
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
