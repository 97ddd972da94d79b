// Loads the code of this package together with what V8 compiled of it in an earlier process: compiling it anew takes longer
// than all else that a process does until its first result. V8's cache of a script (`v8::ScriptCompiler::CachedData`) lies
// beside it; V8 itself refuses one of other flags. Of the text V8 compares no more than the length, so the cache holds the
// text that it was made of, too. Ships as it is, in each `lib`.
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
// Nobody writes for so long: who began it was killed.
const ABANDONED_MS = 60_000;
// How often the cache was checked, and the checksum of what V8 has made: V8 checks none. That follows, where V8 need not copy it to
// align it, and then what it was made by and of. Text is compared as a whole, which is exact and takes less time than a hash;
// times of files say nothing: npm, archives and images set them all alike.
const HEADER = { checks: 0, checksum: 4, bytes: 8 };

const main = basename(process.argv[1] ?? '');
// A worker needs other functions than a program that starts it.
const isWorker = main === 'start-spawned.cjs' || !isMainThread;
// A fork server may hold nothing that is yet to come, and its copies are loaded already.
const isKept = main !== 'fork-server.js';
// V8's tag is the same for builds of one V8 that share no code (Node 20.19.0 and 20.20.2), and it crashes on what another
// has compiled. Node keys its own compile cache by the version, too.
const { arch, version, versions } = process;
const tag = cachedDataVersionTag();
const build = Buffer.from(`${version} ${arch} ${versions.v8} ${versions.modules} ${tag}\n`);
const suffix = `-${isWorker ? 'w' : 'p'}${tag.toString(36)}${crc32(build).toString(36)}.code`;
// Who measures coverage counts what is compiled; the other is Node's own switch.
const isWanted = process.env.NODE_V8_COVERAGE === undefined && process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
const { pid } = process;
// Kept from when this was loaded: tests of users replace timers.
const later = setTimeout;

/** Scripts whose caches this process may yet write: what they were made of, and the cache that they were made with. */
const scripts = new Set();
let isPlanned = false;
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
  if (!exported.has(file)) {
    const module = run(file);
    try {
      start(module);
    } catch (error) {
      forget(module);
      throw error;
    }
  }
  return exported.get(file);
}

/** As Node does: who asks again for a module that has failed does not get a half of it. */
function forget({ filename }) {
  delete require.cache[filename];
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
  try {
    const body = script.runInThisContext();
    Reflect.apply(body, module.exports, [module.exports, requireFrom(file), module, file, dirname(file)]);
  } catch (error) {
    forget(module);
    throw error;
  }
  module.loaded = true;
  return module;
}

function compile(file) {
  try {
    const bytes = readFileSync(file);
    // The build leaves nothing but ASCII in what ends in .cjs.
    const text = bytes.toString(file.endsWith('.cjs') ? 'latin1' : 'utf8');
    const cached = readCache(file, bytes);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${text}\n})`, {
      filename: file,
      cachedData: cached?.data,
    });
    const isUsed = cached !== undefined && script.cachedDataRejected !== true;
    if (isUsed && cached.checks >= MOST_CHECKS) return script;
    const isRefused = cached !== undefined && !isUsed;
    scripts.add({ file, bytes, script, used: isUsed ? cached : undefined, isRefused });
    if (!isPlanned && isKept) writeWhenSettled();
    return script;
  } catch {
    // Whatever it is, `require` says it better.
    return undefined;
  }
}

function cacheOf(file) {
  return join(__dirname, (dirname(file) === __dirname ? basename(file) : `of-${basename(file)}`) + suffix);
}

function readCache(file, text) {
  let bytes;
  try {
    bytes = readFileSync(cacheOf(file));
  } catch {
    return undefined;
  }
  const textAt = bytes.length - text.length;
  const end = textAt - build.length;
  if (end < HEADER.bytes || !bytes.subarray(textAt).equals(text) || !bytes.subarray(end, textAt).equals(build)) {
    return undefined;
  }
  const data = bytes.subarray(HEADER.bytes, end);
  if (bytes.readUInt32LE(HEADER.checksum) !== crc32(data)) return undefined;
  return { data, checks: bytes.readUInt32LE(HEADER.checks) };
}

function writeWhenSettled() {
  isPlanned = true;
  later(() => write(false), SETTLED_MS).unref?.();
  later(() => write(true), BETTER_MS).unref?.();
  process.once('exit', () => write(false));
}

/** @param {boolean} isCheck - Whether caches that there are may become better. */
function write(isCheck) {
  // A copy of the process that loaded this leaves it to that.
  if (process.pid !== pid) return;
  for (const entry of scripts) {
    const { file, bytes, script, used, isRefused } = entry;
    if (used !== undefined && !isCheck) continue;
    try {
      // Making a cache takes longer than asking.
      accessSync(__dirname, constants.W_OK);
      // Of many workers that begin together, one is enough.
      if (used === undefined && !isRefused && readCache(file, bytes) !== undefined) {
        scripts.delete(entry);
        continue;
      }
      const data = script.createCachedData();
      const isBetter = used === undefined || data.length > used.data.length * WORTH_IT;
      entry.used = { data: isBetter ? data : used.data, checks: used === undefined ? 0 : used.checks + 1 };
      writeCache(entry);
      if (isCheck) scripts.delete(entry);
    } catch {
      // The folder may not be written to: then each process compiles what it needs.
      scripts.clear();
      return;
    }
  }
}

function writeCache({ file, bytes, used: { data, checks } }) {
  const path = cacheOf(file);
  const header = Buffer.alloc(HEADER.bytes);
  header.writeUInt32LE(checks, HEADER.checks);
  header.writeUInt32LE(crc32(data), HEADER.checksum);
  // Nobody may read half of it. The name ends as that of a cache does, so that whoever leaves those out leaves it out, too.
  const temporary = path.replace(/\.code$/, `.${process.pid}.${Math.random().toString(36).slice(2)}.code`);
  try {
    // Whatever the umask is, nobody else may write what will be run.
    writeFileSync(temporary, Buffer.concat([header, data, build, bytes]), { flag: 'wx', mode: 0o644 });
    renameSync(temporary, path);
  } catch (error) {
    drop(temporary);
    throw error;
  }
  dropOld(path.slice(0, -suffix.length));
}

/** Drops the oldest caches of a file, and what processes left behind that were killed as they wrote one. */
function dropOld(prefix) {
  const caches = [];
  for (const name of readdirSync(__dirname)) {
    if (!name.endsWith('.code')) continue;
    const path = join(__dirname, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (written === undefined) continue;
    if (!/\.\d+\.\w+\.code$/.test(name)) {
      if (path.startsWith(`${prefix}-`)) caches.push({ path, written });
    } else if (Date.now() - written > ABANDONED_MS) drop(path);
  }
  caches.sort((a, b) => b.written - a.written);
  for (const { path } of caches.slice(MOST_CACHES)) drop(path);
}

/** Another process may have been faster. */
function drop(path) {
  try {
    unlinkSync(path);
  } catch {}
}

module.exports = { load, start };
