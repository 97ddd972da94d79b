// Parts of a package that are loaded when they are first needed, synchronously. Each is a CommonJS file with a function that
// is given what the part has in common with the rest: two copies of a module would be two states and two classes.
// Requiring an ES module instead would also load at once, but under loaders such as tsx it makes those second copies.
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { withClassNames } from './class-names.mjs';
import { withAsciiComments } from './code-cache/cached-modules.mjs';

// On one line, so that all lines keep their numbers. In parentheses V8 compiles it with the file: else it would be parsed twice.
const HEAD = "module.exports = (function (__shared) { 'use strict'; const module = { exports: {} }; ";
const FOOT = 'return module.exports; });\n';
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/m;

/** A part as its callers in `lib` see it, and what it needs of them. */
export async function buildLaterPart({ output, source }, isEager, shared, lib) {
  const needs = [];
  const { outputFiles } = await build({
    ...shared,
    entryPoints: { [output]: source },
    outdir: lib,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    plugins: [
      {
        name: 'shared-modules',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(?:\.|@mp\/)/ }, ({ path, resolveDir, kind }) => {
            if (kind === 'entry-point') return undefined;
            const needed = path.startsWith('.') ? resolve(resolveDir, path).replace(/\.js$/, '.ts') : path;
            if (path.startsWith('.') && !isEager(needed)) return undefined;
            if (!needs.includes(needed)) needs.push(needed);
            return { path: needed, namespace: 'shared' };
          });
          onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({
            contents: `module.exports = __shared.m${needs.indexOf(path)};`,
          }));
        },
      },
    ],
  });
  const files = new Map();
  for (const { path, text } of outputFiles) {
    const isCode = path.endsWith('.cjs');
    files.set(
      relative(lib, path),
      !isCode
        ? text
        : `${HEAD}${withAsciiComments(withClassNames(text), 'script').replace(MAP_COMMENT, (comment) => `${FOOT}${comment}`)}`,
    );
  }
  return { files, needs };
}

/** The text of the module that hands a part what it needs. */
export function sharedModule(needs) {
  return needs.map((path, index) => `export * as m${index} from ${JSON.stringify(path)};`).join('\n');
}

/** How a part is taken in: as what the bundler makes of `require`, which runs it when it is first used. */
export function takeIn(path) {
  return `(() => require('${path}'))`;
}
