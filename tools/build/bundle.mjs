// The JavaScript that ships, in `lib`: each package's modules joined into a few files. Loading 110 small modules takes Node
// three times as long as loading one file with the same text. `dist` has the declarations, and the modules one by one for
// tests of internals.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { packages, root } from '../workspace.mjs';

/** What is loaded by name: public entry points, and what other processes and threads begin with. Output name to source. */
const entries = {
  codec: { index: 'index', 'structured-clone': 'structured-clone/index', conformance: 'conformance/index' },
  native: { index: 'index', 'fork-server': 'fork-server/main' },
  serialize: { index: 'index' },
  runtime: {
    index: 'index',
    child: 'child/main',
    'forked-child': 'child/forked-main',
    'forked-copy': 'child/forked-copy',
    handles: 'context/handles',
  },
};

export async function bundle() {
  await Promise.all(packages.map(bundlePackage));
}

async function bundlePackage(name) {
  const folder = join(root, 'packages', name);
  const sources = join(folder, 'src');
  const lib = join(folder, 'lib');
  const sourceOf = (source) => join(sources, `${source}.ts`);
  const outputOf = new Map(Object.entries(entries[name]).map(([output, source]) => [sourceOf(source), output]));
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(Object.entries(entries[name]).map(([out, source]) => [out, sourceOf(source)])),
    outdir: lib,
    // All files lie in one folder, so that what is beside a module is beside whatever file it ends in.
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    // The fork server preloads modules by importing them for nothing: `sideEffects: false` would drop those imports.
    ignoreAnnotations: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: 'warning',
    plugins: [locateEntries(sources, outputOf)],
  });
  const files = new Map(outputFiles.map(({ path, text }) => [relative(lib, path), text]));
  files.set(join('cjs', 'package.json'), '{ "type": "commonjs" }\n');
  for (const [path, text] of [...files])
    if (path.endsWith('.js')) files.set(join('cjs', path), await toCommonJs(text, join(lib, path)));
  await replaceFolder(lib, files);
}

// Not in a comment.
const URL_OF_MODULE = /^(?!\s*(?:\*|\/\/))(.*)new URL\('(\.[^']*)', import\.meta\.url\)/gm;

/** A module that is started by its URL is named by where it is in `src`, and has another name in `lib`. */
function locateEntries(sources, outputOf) {
  return {
    name: 'locate-entries',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const contents = (await readFile(path, 'utf8')).replace(URL_OF_MODULE, (_, before, to) => {
          const target = resolve(dirname(path), to);
          if (target === sources) return `${before}new URL('./', import.meta.url)`;
          const output = outputOf.get(target.replace(/\.js$/, '.ts'));
          if (output === undefined) throw new Error(`${path}: ${to} is referred to by its URL and is no entry.`);
          return `${before}new URL('./${output}.js', import.meta.url)`;
        });
        return { contents, loader: 'ts' };
      });
    },
  };
}

// A twin says the URL of its ES module, so that files beside it (the entry of a child process) are found once.
const TWIN_URL = "require('node:url').pathToFileURL(__filename.replace(/([\\\\/]lib[\\\\/])cjs[\\\\/]/, '$1')).href";
// The map of the ES module does not fit its twin.
const MAP_COMMENT = /^\/\/# sourceMappingURL=.*$/m;

/**
 * The CommonJS twin of a file, for programs that cannot `require` an ES module: stock jest, foremost.
 * Plain Node (20.19 and later) takes the ES module for `require` too, by the condition `module-sync`,
 * so that a process never has two copies.
 */
async function toCommonJs(text, sourcefile) {
  const { code } = await transform(text, {
    format: 'cjs',
    target: 'node20',
    sourcefile,
    define: { 'import.meta.url': '__moduleUrl' },
    // `import()` must stay what it is: it loads ES modules.
    supported: { 'dynamic-import': true },
  });
  const body = code.includes('__moduleUrl') ? `const __moduleUrl = ${TWIN_URL};\n${code}` : code;
  return body.replace(MAP_COMMENT, '');
}

/** Writes what differs, first, and removes what is not wanted, last: a process may be loading these files. */
async function replaceFolder(folder, files) {
  await mkdir(join(folder, 'cjs'), { recursive: true });
  await Promise.all(
    [...files].map(async ([path, text]) => {
      const file = join(folder, path);
      if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) await writeFile(file, text);
    }),
  );
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(relative(folder, file))) await rm(file);
  }
}
