// Writes jobs.ts as each compiler does, into `out`, and prints the names.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import babel from '@babel/core';
import swc from '@swc/core';
import { transformSync } from 'esbuild';
import istanbul from 'istanbul-lib-instrument';
import webpack from 'webpack';

const text = readFileSync('jobs.ts', 'utf8');
const filename = resolve('jobs.ts');
mkdirSync('out');

function write(name, code) {
  writeFileSync(`out/${name}`, code);
  console.log(name);
}

async function withSwc(name, target, type, minify = false) {
  const { code } = await swc.transform(text, {
    filename,
    swcrc: false,
    configFile: false,
    minify,
    jsc: {
      target,
      parser: { syntax: 'typescript' },
      ...(minify ? { minify: { compress: true, mangle: { toplevel: true } } } : {}),
    },
    module: { type },
  });
  write(name, code);
}

async function withBabel(name, targets, modules, loose = false) {
  const presets = [['@babel/preset-env', { targets, modules, loose }], ['@babel/preset-typescript']];
  const { code } = await babel.transformAsync(text, { filename, babelrc: false, configFile: false, presets });
  write(name, code);
  return code;
}

function withWebpack(name, mode) {
  const devtool = mode === 'development' ? 'eval' : false;
  const output = { path: resolve('out'), filename: name, library: { type: 'commonjs2' } };
  return new Promise((done, fail) => {
    webpack({ mode, devtool, entry: resolve('out/esbuild.mjs'), target: 'node20', output }, (error, stats) => {
      if (error ?? stats.hasErrors()) fail(error ?? new Error(stats.toString()));
      else done(console.log(name));
    });
  });
}

await withSwc('swc-2022.mjs', 'es2022', 'es6');
await withSwc('swc-2022-minified.mjs', 'es2022', 'es6', true);
await withSwc('swc-2022.cjs', 'es2022', 'commonjs');
await withSwc('swc-2015.cjs', 'es2015', 'commonjs');
await withSwc('swc-es5.cjs', 'es5', 'commonjs');
await withSwc('swc-es5-minified.cjs', 'es5', 'commonjs', true);
await withBabel('babel-node20.mjs', { node: '20' }, false);
const commonJs = await withBabel('babel-node20.cjs', { node: '20' }, 'commonjs');
await withBabel('babel-es5.cjs', { ie: '11' }, 'commonjs');
await withBabel('babel-es5-loose.cjs', { ie: '11' }, 'commonjs', true);
const plain = transformSync(text, { loader: 'ts' }).code;
write('esbuild.mjs', plain);
await withWebpack('webpack-development.cjs', 'development');
await withWebpack('webpack-production.cjs', 'production');
write('istanbul.mjs', istanbul.createInstrumenter({ esModules: true }).instrumentSync(plain, resolve('esm.js')));
write('istanbul.cjs', istanbul.createInstrumenter().instrumentSync(commonJs, resolve('cjs.js')));
// An enum is no type that could be stripped.
writeFileSync(
  'out/stripped.mts',
  text.replace(/export enum Level \{[^}]*\}/, 'export const Level = { Low: 1, High: 2 } as const;'),
);
