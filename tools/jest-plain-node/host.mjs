// The process in which one test file runs: jest-circus and expect, without jest's vm context.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const circus = require('jest-circus');
const { jestExpect } = require('@jest/expect');
const { ModuleMocker } = require('jest-mock');

const TEST_NAMES = ['describe', 'it', 'test', 'beforeAll', 'afterAll', 'beforeEach', 'afterEach'];

process.once('message', async (job) => {
  installGlobals(job);
  const report = await runFile(job).catch((error) => [blank('(load)', [error?.stack ?? String(error)])]);
  process.send({ testResults: report, activeResources: process.getActiveResourcesInfo() }, () => process.disconnect());
});

function installGlobals({ testTimeout, testNamePattern }) {
  const mocker = new ModuleMocker(globalThis);
  const setTimeout = (ms) => {
    globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = ms;
  };
  for (const name of TEST_NAMES) globalThis[name] = circus[name];
  globalThis.expect = jestExpect;
  globalThis.jest = {
    fn: mocker.fn.bind(mocker),
    spyOn: mocker.spyOn.bind(mocker),
    restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
    setTimeout,
  };
  setTimeout(testTimeout);
  if (testNamePattern) circus.getState().testNamePattern = new RegExp(testNamePattern, 'i');
}

async function runFile({ testPath, setupFilesAfterEnv, skipped }) {
  for (const file of setupFilesAfterEnv) await import(pathToFileURL(file).href);
  await import(pathToFileURL(testPath).href);
  skip(skipped);
  const { testResults, unhandledErrors } = await circus.run();
  const report = testResults.map(toAssertion);
  if (unhandledErrors.length > 0) report.push(blank('(file)', unhandledErrors));
  return report;
}

/** Leaves tests out by name. A name that no test has is an error: the list must not outlive what it lists. */
function skip(names) {
  const left = new Set(names);
  const visit = ({ children }) => {
    for (const child of children) {
      if (child.type === 'describeBlock') visit(child);
      else if (names.includes(child.name)) {
        child.mode = 'skip';
        left.delete(child.name);
      }
    }
  };
  visit(circus.getState().rootDescribeBlock);
  if (left.size > 0) throw new Error(`These tests are to be skipped, and are not there: ${[...left].join(', ')}`);
}

function toAssertion({ testPath, duration, errors, invocations, status }) {
  // The first element is circus's root block.
  const ancestorTitles = testPath.slice(1, -1);
  const title = testPath.at(-1);
  return {
    ...blank(title, errors),
    ancestorTitles,
    fullName: [...ancestorTitles, title].join(' '),
    duration,
    invocations,
    status: toStatus(status, errors),
  };
}

function toStatus(status, errors) {
  if (status === 'skip') return 'pending';
  if (status === 'todo') return 'todo';
  return errors.length > 0 ? 'failed' : 'passed';
}

function blank(title, failureMessages = []) {
  return {
    ancestorTitles: [],
    title,
    fullName: title,
    status: 'failed',
    failureMessages,
    failureDetails: [],
    duration: 0,
    invocations: 1,
    location: null,
    numPassingAsserts: 0,
    retryReasons: [],
  };
}
