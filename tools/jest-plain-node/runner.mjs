// A jest runner that gives every test file a bare `node` process: one realm, a real process, real IPC.
// Whatever the file started is found and killed afterwards; a process that was still alive, a crash at the end and an open
// handle are failed tests.
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

const require = createRequire(import.meta.url);
const { createEmptyTestResult } = require('@jest/test-result');
const { formatResultsErrors } = require('jest-message-util');

const MARK = 'MP_TEST_FILE';
const EXIT_GRACE_MS = 5000;
let started = 0;

const HOST = new URL('./host.mjs', import.meta.url);
const NO_SNAPSHOTS = {
  added: 0,
  fileDeleted: false,
  matched: 0,
  unchecked: 0,
  uncheckedKeys: [],
  unmatched: 0,
  updated: 0,
};

export default class PlainNodeRunner {
  #globalConfig;
  #fileTimeoutMs;
  #execArgv;
  #env;
  #skipped;

  /**
   * @param options - `fileTimeoutMs`; `execArgv` and `env`, flags and variables of the test processes; `skipped`, the
   *   tests of each file that are left out, by name, with the reason.
   */
  constructor(globalConfig, _context, { fileTimeoutMs = 60_000, execArgv = [], env = {}, skipped = {} } = {}) {
    this.#globalConfig = globalConfig;
    this.#fileTimeoutMs = fileTimeoutMs;
    this.#execArgv = execArgv;
    this.#env = env;
    this.#skipped = skipped;
  }

  async runTests(tests, _watcher, onStart, onResult, onFailure) {
    const queue = [...tests];
    const lane = async () => {
      for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
        await onStart(test);
        try {
          await onResult(test, await this.#runFile(test));
        } catch (error) {
          await onFailure(test, { message: error.message, stack: error.stack });
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#globalConfig.maxWorkers, tests.length) }, lane));
  }

  async #runFile(test) {
    const start = Date.now();
    const { report, exit, output, leaked } = await this.#runHost(test);
    if (report === undefined) throw new Error(`The test process ended before its tests (${exit}).\n${output}`);
    if (exit !== 'exit code 0')
      report.testResults.push(failure('ends in good order', `The test process ended with ${exit} after its tests.`));
    if (leaked.length > 0) {
      report.testResults.push(
        failure('leaves no process behind', `Still alive when the file ended:\n${leaked.join('\n')}`),
      );
    }
    return this.#toTestResult(test, report, output, start);
  }

  #runHost(test) {
    const { config } = test.context;
    const { promise, resolve, reject } = withResolvers();
    // Inherited by every process that the test starts, detached ones too.
    const mark = `${process.pid}.${++started}`;
    const child = fork(HOST, [], {
      detached: true,
      execArgv: this.#execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...this.#env, [MARK]: mark },
    });
    let output = '';
    let report;
    let isStuck = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    const giveUp = () => {
      isStuck = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(giveUp, this.#fileTimeoutMs);
    child.on('message', (message) => {
      report = message;
      // All is said: what keeps the process alive now was forgotten by a test.
      clearTimeout(timer);
      timer = setTimeout(giveUp, EXIT_GRACE_MS);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const stuck =
        report === undefined
          ? `no result within ${this.#fileTimeoutMs} ms`
          : `an open handle (${report.activeResources.join(', ')})`;
      const exit = isStuck ? stuck : (signal ?? `exit code ${code}`);
      // Before 'close': a surviving grandchild may hold the streams open.
      void findLeaks(mark).then((leaked) => {
        if (child.stdout.readableEnded && child.stderr.readableEnded) resolve({ report, exit, output, leaked });
        else child.once('close', () => resolve({ report, exit, output, leaked }));
      });
    });
    child.send({
      testPath: test.path,
      setupFilesAfterEnv: config.setupFilesAfterEnv,
      testTimeout: this.#globalConfig.testTimeout ?? 15_000,
      testNamePattern: this.#globalConfig.testNamePattern,
      skipped: Object.keys(this.#skipped[relative(join(config.rootDir, 'dist-test'), test.path)] ?? {}),
    });
    return promise;
  }

  #toTestResult(test, report, output, start) {
    const { config } = test.context;
    const count = (status) => report.testResults.filter((result) => result.status === status).length;
    const end = Date.now();
    return {
      ...createEmptyTestResult(),
      console: output === '' ? undefined : [{ message: output.trimEnd(), origin: '', type: 'log' }],
      displayName: config.displayName,
      failureMessage: formatResultsErrors(report.testResults, config, this.#globalConfig, test.path),
      numFailingTests: count('failed'),
      numPassingTests: count('passed'),
      numPendingTests: count('pending'),
      numTodoTests: count('todo'),
      perfStats: {
        start,
        end,
        runtime: end - start,
        slow: false,
        loadTestEnvironmentStart: start,
        loadTestEnvironmentEnd: start,
        setupFilesStart: start,
        setupFilesEnd: start,
        setupAfterEnvStart: start,
        setupAfterEnvEnd: start,
      },
      snapshot: NO_SNAPSHOTS,
      testFilePath: test.path,
      testResults: report.testResults,
    };
  }
}

/**
 * What is left of a file's processes. One that ends because its parent did needs a moment for it; who needs longer has
 * survived, and is killed.
 */
async function findLeaks(mark) {
  const deadline = Date.now() + EXIT_GRACE_MS;
  while (listMarked(mark).length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return killMarked(mark);
}

/** Kills every process that carries the mark, and says what they were. */
function killMarked(mark) {
  return listMarked(mark).map((pid) => {
    const command = readProcessFile(pid, 'cmdline').replaceAll('\0', ' ');
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended while we looked.
    }
    return `${pid}: ${command}`;
  });
}

/** The processes that carry the mark. Zombies are dead already and only await their parent. */
function listMarked(mark) {
  return listProcesses().filter(
    (pid) =>
      readProcessFile(pid, 'environ').split('\0').includes(`${MARK}=${mark}`) &&
      !/^State:\s+[ZX]/m.test(readProcessFile(pid, 'status')),
  );
}

/** What the kernel says of a process; nothing where it has ended or is somebody else's. */
function readProcessFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function listProcesses() {
  // Only Linux shows the environment of processes as files; elsewhere leaks are not looked for.
  return existsSync('/proc/self/environ') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
}

function failure(title, message) {
  return {
    ancestorTitles: [],
    title,
    fullName: title,
    status: 'failed',
    failureMessages: [`Error: ${message}`],
    failureDetails: [],
    numPassingAsserts: 0,
    duration: 0,
    invocations: 1,
    location: null,
    retryReasons: [],
  };
}

function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
