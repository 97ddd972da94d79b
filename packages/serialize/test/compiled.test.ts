import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import ts from 'typescript';

interface Outcome {
  readonly values?: readonly unknown[];
  readonly place?: string;
  readonly error?: string;
}

const fixture = (name: string): string => fileURLToPath(new URL(`../test/fixtures/compiled/${name}`, import.meta.url));
const source = fixture('jobs.ts');
const text = readFileSync(source, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'mp-compiled-'));

function withTsc(name: string, target: ts.ScriptTarget, module: ts.ModuleKind): string {
  const { outputText } = ts.transpileModule(text, {
    fileName: source,
    compilerOptions: { target, module, inlineSourceMap: true, downlevelIteration: true, esModuleInterop: true },
  });
  return write(name, outputText);
}

function withEsbuild(name: string, options: BuildOptions): string {
  const outfile = join(folder, name);
  buildSync({
    entryPoints: [source],
    outfile,
    platform: 'node',
    sourcemap: 'inline',
    absWorkingDir: folder,
    logLevel: 'silent',
    ...options,
  });
  return outfile;
}

function write(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

const forms: Readonly<Record<string, string>> = {
  'tsc, ES2022': withTsc('tsc-2022.mjs', ts.ScriptTarget.ES2022, ts.ModuleKind.ES2022),
  'tsc, ES2022 in CommonJS': withTsc('tsc-2022.cjs', ts.ScriptTarget.ES2022, ts.ModuleKind.CommonJS),
  'tsc, ES2015, private names as weak maps': withTsc('tsc-2015.cjs', ts.ScriptTarget.ES2015, ts.ModuleKind.CommonJS),
  'tsc, ES5 with helpers': withTsc('tsc-es5.cjs', ts.ScriptTarget.ES5, ts.ModuleKind.CommonJS),
  esbuild: withEsbuild('esbuild.mjs', { format: 'esm' }),
  'esbuild, bundled and minified': withEsbuild('bundle.mjs', { format: 'esm', bundle: true, minify: true }),
  'esbuild, CommonJS with getter exports': withEsbuild('esbuild.cjs', { format: 'cjs', bundle: true }),
  'esbuild, ES2017': withEsbuild('es2017.mjs', { format: 'esm', target: 'es2017' }),
};

function run(name: string, execArgv: readonly string[], args: readonly string[], input = ''): string {
  const child = spawnSync(process.execPath, ['--no-warnings', ...execArgv, fixture(name), ...args], {
    input,
    encoding: 'utf8',
    timeout: 110_000,
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0) throw new Error(`${name} ended with ${child.status ?? child.signal}: ${child.stderr}`);
  return child.stdout;
}

function outcomes(execArgv: readonly string[]): readonly Outcome[] {
  const packed = run('pack.mjs', execArgv, Object.values(forms));
  return JSON.parse(run('use.mjs', execArgv, [], packed)) as readonly Outcome[];
}

const EXPECTED: unknown = JSON.parse(readFileSync(fixture('expected.json'), 'utf8'));

describe('a compiled program in another process', () => {
  const found = outcomes(['--enable-source-maps']);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.keys(forms).map((name, i) => [name, i] as const))('%s behaves as it did', (_name, i) => {
    expect(found[i]?.error).toBeUndefined();
    expect(found[i]?.values).toEqual(EXPECTED);
  });

  const line = text.split('\n').findIndex((one) => one.includes('throw new TypeError')) + 1;
  test.each(Object.keys(forms))('an error of %s points at the original source', (name) => {
    expect(found[Object.keys(forms).indexOf(name)]?.place).toMatch(new RegExp(`jobs\\.ts:${line}:\\d+`));
  });
});
