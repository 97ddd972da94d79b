// Loads the code of this package together with what V8 compiled of it in an earlier process: compiling it anew takes longer
// than all else that a process does until its first result. V8's cache of a script (`v8::ScriptCompiler::CachedData`) lies
// beside it; V8 itself refuses one of other flags. Ships as it is, in each `lib`.
'use strict';
const {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { cachedDataVersionTag } = require('node:v8');
const { Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');
const { crc32 } = require('node:zlib');

// Processes with other flags, and other versions of Node, have caches of their own.
const MOST_CACHES = 12;
// By then a program has begun, and a worker has done its first task.
const SETTLED_MS = 150;
// What a process compiles later makes the cache better, a few times.
const BETTER_MS = 3000;
const MOST_CHECKS = 6;
const WORTH_IT = 1.1;
// Of the text: its length, and when it was written. Then how often the cache was checked, and its checksum: V8 checks none.
const HEADER = { size: 0, written: 8, checks: 16, checksum: 20, bytes: 24 };

const main = basename(process.argv[1] ?? '');
// A worker needs other functions than a program that starts it.
const isWorker = main === 'start-spawned.cjs' || !isMainThread;
// A fork server may hold nothing that is yet to come, and its copies are loaded already.
const isKept = main !== 'fork-server.js';
// V8's tag is the same for builds of one V8 that share no code (Node 20.19.0 and 20.20.2), and it crashes on what another
// has compiled. Node keys its own compile cache by the version, too.
const { arch, version, versions } = process;
const build = crc32(`${version} ${arch} ${versions.v8} ${versions.modules}`).toString(36);
const suffix = `-${isWorker ? 'w' : 'p'}${cachedDataVersionTag().toString(36)}${build}.code`;
// Who measures coverage counts what is compiled; the other is Node's own switch.
const isWanted = process.env.NODE_V8_COVERAGE === undefined && process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
const { pid } = process;
// Kept from when this was loaded: tests of users replace timers.
const later = setTimeout;

/** Scripts of this process: what they were made of, and the cache that they were made with. */
const scripts = [];
/** The packages that this one needs: to find one takes a millisecond, and all files here find the same. */
const packages = new Map();
/** What the parts of this package export. */
const exported = new Map();

/**
 * Runs a part of this package, once.
 *
 * @param {string} file - The file that the build has made of a module. It is in `require.cache` then, with what it exports.
 * @returns What the module exports.
 */
function load(file) {
  if (!exported.has(file)) start(run(file));
  return exported.get(file);
}

/** Runs the function that such a file holds. Whoever has required the file does not wait for `load`. */
function start(module) {
  const file = module.filename;
  if (exported.has(file)) return;
  const url = pathToFileURL(file.replace(/\.cjs$/, '.js')).href;
  module.exports = module.exports(url, requireFrom(file), importOne);
  exported.set(file, module.exports);
}

/** Loads a module from one of ours: what is ours as it is loaded here, and the rest as Node does. */
function requireFrom(file) {
  const found = new Map();
  return (id) => {
    let exports = found.get(id);
    if (exports === undefined) {
      exports = loadFrom(Module.createRequire(file), file, id);
      found.set(id, exports);
    }
    return exports;
  };
}

function loadFrom(require, file, id) {
  if (id.startsWith('node:')) return require(id);
  if (id === 'acorn' || id.endsWith('.cjs')) return run(require.resolve(id)).exports;
  if (id.startsWith('./')) return load(join(dirname(file), id.replace(/\.js$/, '.cjs')));
  if (!packages.has(id)) packages.set(id, loadTwin(require.resolve(id)) ?? require(id));
  return packages.get(id);
}

/** What an ES module of a package like this one exports, without the module. */
function loadTwin(file) {
  const twin = file.replace(/\.js$/, '.cjs');
  const loader = join(dirname(file), 'load-code.cjs');
  return twin !== file && existsSync(twin) && existsSync(loader) ? require(loader).load(twin) : undefined;
}

/** `import()` of our modules. */
async function importOne(id) {
  return (id.startsWith('file:') && !/[?#]/.test(id) ? loadTwin(fileURLToPath(id)) : undefined) ?? import(id);
}

/** Runs a CommonJS file as `require` would. */
function run(file) {
  const { cache } = require;
  if (cache[file] !== undefined) return cache[file];
  const script = isWanted ? compile(file) : undefined;
  if (script === undefined) {
    require(file);
    return cache[file];
  }
  const module = new Module(file);
  module.filename = file;
  module.isBeingLoaded = true;
  cache[file] = module;
  const body = script.runInThisContext();
  Reflect.apply(body, module.exports, [module.exports, requireFrom(file), module, file, dirname(file)]);
  module.loaded = true;
  return module;
}

function compile(file) {
  try {
    const { size, mtimeMs } = statSync(file);
    // The build leaves nothing but ASCII in what ends in .cjs.
    const text = readFileSync(file, file.endsWith('.cjs') ? 'latin1' : 'utf8');
    const cached = readCache(file, size, mtimeMs);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${text}\n})`, {
      filename: file,
      cachedData: cached?.data,
    });
    const isUsed = cached !== undefined && script.cachedDataRejected !== true;
    if (scripts.length === 0 && isKept) writeWhenSettled();
    scripts.push({
      file,
      size,
      mtimeMs,
      script,
      used: isUsed ? cached : undefined,
      isRefused: cached !== undefined && !isUsed,
    });
    return script;
  } catch {
    // Whatever it is, `require` says it better.
    return undefined;
  }
}

function cacheOf(file) {
  return join(__dirname, (dirname(file) === __dirname ? basename(file) : `of-${basename(file)}`) + suffix);
}

function readCache(file, size, mtimeMs) {
  let bytes;
  try {
    bytes = readFileSync(cacheOf(file));
  } catch {
    return undefined;
  }
  if (bytes.length < HEADER.bytes) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (header.getFloat64(HEADER.size) !== size || header.getFloat64(HEADER.written) !== mtimeMs) return undefined;
  const data = bytes.subarray(HEADER.bytes);
  if (header.getUint32(HEADER.checksum) !== crc32(data)) return undefined;
  return { data, checks: header.getUint32(HEADER.checks) };
}

function writeWhenSettled() {
  later(() => write(false), SETTLED_MS).unref?.();
  later(() => write(true), BETTER_MS).unref?.();
  process.once('exit', () => write(false));
}

/** @param {boolean} isCheck - Whether caches that there are may become better. */
function write(isCheck) {
  // A copy of the process that loaded this leaves it to that.
  if (process.pid !== pid) return;
  for (const entry of scripts) {
    const { used } = entry;
    if (used !== undefined && (!isCheck || used.checks >= MOST_CHECKS)) continue;
    try {
      // Making a cache takes longer than asking.
      accessSync(__dirname, constants.W_OK);
      // Of many workers that begin together, one is enough.
      if (used === undefined && !entry.isRefused && readCache(entry.file, entry.size, entry.mtimeMs) !== undefined)
        continue;
      const data = entry.script.createCachedData();
      const isBetter = used === undefined || data.length > used.data.length * WORTH_IT;
      const kept = { data: isBetter ? data : used.data, checks: used === undefined ? 0 : used.checks + 1 };
      writeCache(entry, kept);
      entry.used = kept;
    } catch {
      // The folder may not be written to: then each process compiles what it needs.
      return;
    }
  }
}

function writeCache({ file, size, mtimeMs }, { data, checks }) {
  const path = cacheOf(file);
  const header = new DataView(new ArrayBuffer(HEADER.bytes));
  header.setFloat64(HEADER.size, size);
  header.setFloat64(HEADER.written, mtimeMs);
  header.setUint32(HEADER.checks, checks);
  header.setUint32(HEADER.checksum, crc32(data));
  // Nobody may read half of it.
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    writeFileSync(temporary, Buffer.concat([new Uint8Array(header.buffer), data]), { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) unlinkSync(temporary);
    throw error;
  }
  dropOldest(path.slice(0, -suffix.length));
}

function dropOldest(prefix) {
  const caches = readdirSync(__dirname)
    .map((name) => join(__dirname, name))
    .filter((path) => path.startsWith(`${prefix}-`) && path.endsWith('.code'));
  if (caches.length <= MOST_CACHES) return;
  const byAge = caches.map((path) => ({ path, age: statSync(path).mtimeMs })).sort((a, b) => a.age - b.age);
  for (const { path } of byAge.slice(0, caches.length - MOST_CACHES)) unlinkSync(path);
}

module.exports = { load, start };
