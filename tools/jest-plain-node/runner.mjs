// A jest runner that gives every test file a bare `node` process: one realm, a real process, real IPC.
// The file's whole process group is killed afterwards, and a process that was still alive is a failed test.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { createEmptyTestResult } = require('@jest/test-result');
const { formatResultsErrors } = require('jest-message-util');

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

  constructor(globalConfig, _context, options = {}) {
    this.#globalConfig = globalConfig;
    this.#fileTimeoutMs = options.fileTimeoutMs ?? 60_000;
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
    if (leaked) report.testResults.push(leakedProcess());
    return this.#toTestResult(test, report, output, start);
  }

  #runHost(test) {
    const { config } = test.context;
    const { promise, resolve, reject } = withResolvers();
    const child = fork(HOST, [], {
      detached: true,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    let report;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    const timer = setTimeout(() => {
      killGroup(child.pid);
      reject(new Error(`${test.path} did not finish within ${this.#fileTimeoutMs} ms.\n${output}`));
    }, this.#fileTimeoutMs);
    child.on('message', (message) => {
      report = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      // Before 'close': a surviving grandchild may hold the streams open.
      const leaked = killGroup(child.pid);
      child.once('close', () => resolve({ report, exit: signal ?? `exit code ${code}`, output, leaked }));
    });
    child.send({
      testPath: test.path,
      setupFilesAfterEnv: config.setupFilesAfterEnv,
      testTimeout: this.#globalConfig.testTimeout ?? 15_000,
      testNamePattern: this.#globalConfig.testNamePattern,
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

function killGroup(pid) {
  try {
    return process.kill(-pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function leakedProcess() {
  const title = 'leaves no process behind';
  return {
    ancestorTitles: [],
    title,
    fullName: title,
    status: 'failed',
    failureMessages: ['Error: a child process was still alive when the test file ended.'],
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
