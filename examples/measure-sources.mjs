// Parallel work over real files: parses every source file of the installed dependencies, in this process and then in a pool, and
// compares. The task is a closure: it captures what it needs, here and there, and needs no file of its own.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuCount, Pool } from '@mp/runtime';
import { parse } from 'acorn';
import { SingleBar } from 'cli-progress';

const MAX_FILES = Number(process.argv[2] ?? 20_000);
const MAX_BYTES = 200_000;

const folder = fileURLToPath(new URL('../node_modules', import.meta.url));
const files = findSources(folder).slice(0, MAX_FILES);

// What the task closes over: options, a parser from a package, a Map that counts how often what fails.
const options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true };
const failures = new Map();

function measure(file) {
  const text = readFileSync(file, 'utf8');
  for (const sourceType of ['module', 'script']) {
    try {
      let nodes = 0;
      let functions = 0;
      const pending = [parse(text, { ...options, sourceType })];
      for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
        if (typeof node.type === 'string') {
          nodes++;
          if (node.type.includes('Function')) functions++;
        }
        for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) pending.push(part);
      }
      return { bytes: text.length, nodes, functions };
    } catch (error) {
      failures.set(error.name, (failures.get(error.name) ?? 0) + 1);
    }
  }
  return { bytes: text.length, nodes: 0, functions: 0 };
}

const workers = cpuCount();
console.log(`${files.length} source files, ${workers} workers\n`);
const serial = await timed('one process ', async (onFile) => files.map((file) => onFile(measure(file))));
const pool = new Pool(workers);
const parallel = await timed(`${workers} processes `, async (onFile) => {
  const results = [];
  for await (const result of pool.imapUnordered(measure, files, { chunkSize: 16 })) results.push(onFile(result));
  return results;
});
pool.close();
await pool.join();

const same = JSON.stringify(total(serial.results)) === JSON.stringify(total(parallel.results));
console.log(`\n${JSON.stringify(total(parallel.results))}`);
console.log(`The same result: ${same}. Speed-up: ${(serial.seconds / parallel.seconds).toFixed(2)} times.`);
if (!same) process.exitCode = 1;

async function timed(name, work) {
  const bar = new SingleBar({
    format: `${name} {bar} {value}/{total} files, {duration_formatted}`,
    noTTYOutput: false,
  });
  bar.start(files.length, 0);
  const started = performance.now();
  const results = await work((result) => {
    bar.increment();
    return result;
  });
  bar.stop();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${name} ${seconds.toFixed(2)} s`);
  return { results, seconds };
}

function total(results) {
  const sum = { files: results.length, bytes: 0, nodes: 0, functions: 0 };
  for (const { bytes, nodes, functions } of results) {
    sum.bytes += bytes;
    sum.nodes += nodes;
    sum.functions += functions;
  }
  return sum;
}

function findSources(start) {
  const found = [];
  for (const entry of readdirSync(start, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.[cm]?js$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    if (statSync(path).size <= MAX_BYTES) found.push(path);
  }
  return found.sort();
}
