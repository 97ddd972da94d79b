// The program of a sample's process: `node sample-main.js <request as JSON> <result file>`.
import { writeFileSync } from 'node:fs';
import type { SampleRequest } from './harness/model.js';
import { brief } from './harness/refusal.js';
import { countFastRepetitions } from './harness/typical.js';
import { suites } from './suites/index.js';

const [requestText, resultFile] = process.argv.slice(2);
const request = JSON.parse(requestText!) as SampleRequest;
// The arguments are ours alone: a library that starts this file's workers must not hand them on.
process.argv.length = 2;
if (request.budget.fast === true) countFastRepetitions();
if (request.root !== undefined) process.env['MP_BENCH_ROOT'] = request.root;

const suite = suites.find(({ id }) => id === request.suite)!;
const finish = (outcome: unknown): never => {
  writeFileSync(resultFile!, JSON.stringify(outcome));
  // Now: a library that cannot end its workers must not keep the sample waiting. The harness ends what is left.
  process.exit(0);
};
process.on('uncaughtException', (error) => finish({ status: 'failed', detail: brief(error) }));
const run = await suite.runner();
finish(await run(request.case, request.peer, request.budget));
