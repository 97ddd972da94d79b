// `npm run bench`: plan, measure, report.
import { fileURLToPath } from 'node:url';
import { HELP, parseOptions } from './command/options.js';
import { reportProgress } from './command/progress.js';
import { findPython, machineFacts, watchDisturbance } from './harness/machine.js';
import type { Budget, CaseReport, Size, SuiteReport } from './harness/model.js';
import { type PlannedCase, selectCases } from './harness/plan.js';
import { runCases } from './harness/run.js';
import { killSamples, takeSample } from './harness/sample-process.js';
import { buildOf, peerVersion } from './harness/versions.js';
import { type Report, warningsOf } from './report/report.js';
import { writeReport } from './report/write.js';
import { suites } from './suites/index.js';
import { evaluateTargets } from './targets/evaluate.js';
import { targets } from './targets/targets.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const benchmarks = fileURLToPath(new URL('..', import.meta.url));

const scale: Readonly<Record<Size, { readonly timeMs: number; readonly passes: number; readonly minutes: number }>> = {
  small: { timeMs: 10, passes: 1, minutes: 10 },
  default: { timeMs: 60, passes: 9, minutes: 10 },
  full: { timeMs: 250, passes: 9, minutes: Number.POSITIVE_INFINITY },
};

/** Runs the command. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { out: `${benchmarks}results`, node: process.execPath });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.list) {
    for (const suite of suites)
      console.log(
        `${suite.id}\n  cases: ${suite.cases.map(({ id }) => id).join(' ')}\n  peers: ${suite.peers.map(({ id }) => id).join(' ')}`,
      );
    return 0;
  }
  const plan = selectCases(suites, options);
  if (plan.length === 0) throw new TypeError('No case fits these flags; --list names them all.');
  const python = findPython(options.python);
  const machine = machineFacts(options.node, python);
  const build = buildOf(root);
  const { timeMs, passes: most, minutes } = scale[options.size];
  const budget: Budget = { size: options.size, timeMs };

  process.once('SIGINT', () => {
    killSamples();
    process.exit(130);
  });
  const disturbance = watchDisturbance();
  const { cases, passes } = await runCases(plan, {
    budget,
    passes: most,
    deadline: Date.now() + Math.min(minutes, options.size === 'full' ? minutes : options.minutes) * 60_000,
    takeSample: (request, { suite, info }) =>
      takeSample(request, {
        node: options.node,
        python,
        program: suite.peers.find(({ id }) => id === request.peer)?.program ?? 'node',
        timeoutMs: info.timeoutMs,
        pinned: info.pinned === true,
      }),
    onSample: reportProgress,
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');

  const measured = groupBySuite(plan, cases, (peer) => peerVersion(peer, { ...machine, build }));
  const facts = { passes, machine, disturbance: disturbance(), size: options.size };
  const report: Report = {
    format: 1,
    date: new Date().toISOString(),
    command: `npm run bench${args.length > 0 ? ` -- ${args.join(' ')}` : ''}`,
    build,
    ...facts,
    warnings: warningsOf(facts),
    suites: measured,
    targets: evaluateTargets(targets, measured),
  };
  const published = options.publish ? [`${root}README.md`, `${root}docs/benchmarks.md`] : [];
  for (const file of writeReport(report, { folder: options.out, publishTo: published })) console.log(file);
  for (const warning of report.warnings) console.log(`Warning: ${warning}`);
  return 0;
}

function groupBySuite(
  plan: readonly PlannedCase[],
  cases: readonly CaseReport[],
  version: (peer: PlannedCase['peers'][number]) => string,
): SuiteReport[] {
  return suites.flatMap((suite) => {
    const own = cases.filter((_, index) => plan[index]!.suite === suite);
    if (own.length === 0) return [];
    const present = new Set(own.flatMap(({ rows }) => rows.map(({ peer }) => peer)));
    const peers = suite.peers.filter(({ id }) => present.has(id)).map((peer) => ({ ...peer, version: version(peer) }));
    return [{ id: suite.id, title: suite.title, method: suite.method, peers, cases: own }];
  });
}
