// The JavaScript that ships, in `lib`: each package's modules joined into a few files. Loading 110 small modules takes Node
// three times as long as loading one file with the same text. `dist` has the declarations, and the modules one by one for
// tests of internals.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { packages, root } from '../workspace.mjs';
import { withClassNames } from './class-names.mjs';
import { cachedModule } from './code-cache/cached-modules.mjs';
import { toCommonJs } from './commonjs.mjs';
import { buildLaterPart, takeIn } from './later-parts.mjs';
import { rewriteModules } from './rewrite-modules.mjs';

/** What is loaded by name: public entry points, and what other processes and threads begin with. Output name to source. */
const entries = {
  codec: { index: 'index', 'structured-clone': 'structured-clone/index', conformance: 'conformance/index' },
  native: { index: 'index', mapping: 'mapping', 'fork-server': 'fork-server/main' },
  serialize: { index: 'index', register: 'register', 'loader-thread': 'instrument/loader-thread' },
  runtime: {
    index: 'index',
    spawned: 'entry/spawned',
    thread: 'entry/thread',
    forked: 'entry/forked',
    'forked-copy': 'entry/forked-copy',
    rehearsal: 'entry/rehearsal',
  },
};

/** Packages that a worker loads, whose files are loaded with V8's code cache. */
const cached = new Set(['codec', 'serialize', 'runtime']);

/** What bundlers take of them, where it is more than one. */
const wholes = { codec: { index: 'index', 'structured-clone': 'structured-clone/index' } };

/** Parts that are loaded when they are first needed; see `model/later.ts`. Output name to source. */
const laterParts = { serialize: { capture: 'capture/index', rewrite: 'instrument/rewrite' } };

export async function bundle() {
  await Promise.all(packages.map(bundlePackage));
}

async function bundlePackage(name) {
  const lib = join(root, 'packages', name, 'lib');
  const { files, parts } = await bundleEntries(name, lib);
  files.set(join('cjs', 'package.json'), '{ "type": "commonjs" }\n');
  const whole = cached.has(name) ? await bundleWhole(name, lib) : new Map();
  for (const [path, text] of whole) files.set(join('static', path), text);
  if (parts.length === 0) {
    for (const [path, text] of [...files])
      if (/^[\w-]+\.js$/.test(path)) files.set(join('cjs', path), await toCommonJs(text, join(lib, path)));
  } else
    files.set(
      join('cjs', 'index.js'),
      await toCommonJs(whole.get('index.js'), join(lib, 'static', 'index.js'), 'static/'),
    );
  if (cached.has(name)) await withCodeCache(files);
  await replaceFolder(lib, files);
}

/** What a worker begins with: without an ES module, of which Node 20 needs 4 ms for the first. */
const starts = ['spawned', 'thread'];

/** Gives the files that workers load twins that can be loaded with V8's code cache. */
async function withCodeCache(files) {
  for (const [path, text] of [...files]) {
    const [, name] = /^(index|structured-clone|spawned|thread|(?:chunk|serve)-\w+)\.js$/.exec(path) ?? [];
    if (name === undefined) continue;
    for (const [file, content] of Object.entries(cachedModule(name, text))) files.set(file, content);
    if (!starts.includes(name)) continue;
    files.set(
      `start-${name}.cjs`,
      `require('./load-code.cjs').load(require('node:path').join(__dirname, '${name}.cjs'));\n`,
    );
  }
  files.set('load-code.cjs', await readFile(new URL('code-cache/load-code.cjs', import.meta.url), 'utf8'));
}

/** The files for Node. */
async function bundleEntries(name, lib) {
  const sources = join(root, 'packages', name, 'src');
  const parts = Object.entries(laterParts[name] ?? {}).map(([output, source]) => ({
    output,
    source: sourceFile(sources, source),
  }));
  const options = {
    ...shared,
    entryPoints: inputs(sources, entries[name]),
    outdir: lib,
    // All files lie in one folder, so that what is beside a module is beside whatever file it ends in.
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    splitting: true,
  };
  const buildWith = (known) =>
    build({
      ...options,
      plugins: [rewriteModules(sources, outputs(sources, entries[name]), { prefix: './', parts: known })],
    });
  let built = await buildWith(parts);
  if (parts.length === 0) return { files: texts(lib, built.outputFiles), parts };
  // What is in these files already, the parts take from there; what they take, the files must hand out.
  const eager = modulesOf(join(lib, 'index.js'), built.metafile.outputs);
  const later = await Promise.all(parts.map((part) => buildLaterPart(part, (path) => eager.has(path), shared, lib)));
  built = await buildWith(parts.map((part, index) => ({ ...part, needs: later[index].needs })));
  return { files: new Map([...texts(lib, built.outputFiles), ...later.flatMap(({ files }) => [...files])]), parts };
}

/** The modules that are loaded with a file of `lib`. */
function modulesOf(file, outputs, found = new Set()) {
  const { inputs, imports } = outputs[relative(root, file)];
  for (const path of Object.keys(inputs)) found.add(join(root, path));
  for (const { path, kind, external } of imports)
    if (kind === 'import-statement' && external !== true) modulesOf(join(root, path), outputs, found);
  return found;
}

/** One file with everything in it, for bundlers and other tools that read `import` and `require` and run neither. */
async function bundleWhole(name, lib) {
  const sources = join(root, 'packages', name, 'src');
  const outdir = join(lib, 'static');
  const { outputFiles } = await build({
    ...shared,
    entryPoints: inputs(sources, wholes[name] ?? { index: 'index' }),
    outdir,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: [rewriteModules(sources, outputs(sources, entries[name]), { prefix: '../', parts: takeIn })],
  });
  return texts(outdir, outputFiles);
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  packages: 'external',
  // The fork server preloads modules by importing them for nothing: `sideEffects: false` would drop those imports.
  ignoreAnnotations: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  write: false,
  metafile: true,
  logLevel: 'warning',
};

function sourceFile(sources, module) {
  return join(sources, `${module}.ts`);
}

function inputs(sources, named) {
  return Object.fromEntries(Object.entries(named).map(([output, source]) => [output, sourceFile(sources, source)]));
}

function outputs(sources, named) {
  return new Map(Object.entries(named).map(([output, source]) => [sourceFile(sources, source), output]));
}

function texts(folder, outputFiles) {
  return new Map(outputFiles.map(({ path, text }) => [relative(folder, path), withClassNames(text)]));
}

/** Writes what differs, first, and removes what is not wanted, last: a process may be loading these files. */
async function replaceFolder(folder, files) {
  await Promise.all(
    [...new Set([...files.keys()].map(dirname))].map((part) => mkdir(join(folder, part), { recursive: true })),
  );
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
