// Measures what was planned, and writes the report: also of a run that was interrupted.
import { join } from 'node:path';
import { findPython, machineFacts, watchDisturbance } from '../harness/machine.js';
import type { CaseReport, Peer, SuiteReport } from '../harness/model.js';
import { pinPrefix } from '../harness/pin.js';
import type { PlannedCase } from '../harness/plan.js';
import { type RunResult, runCases } from '../harness/run.js';
import { buildOf, peerVersion } from '../harness/versions.js';
import { checkMarks } from '../report/publish.js';
import { type Report, unclearShare, warningsOf } from '../report/report.js';
import { writeData, writeReport } from '../report/write.js';
import { suites } from '../suites/index.js';
import { evaluateTargets } from '../targets/evaluate.js';
import { targets } from '../targets/targets.js';
import type { CommandOptions } from './options.js';
import { runOptions } from './run-options.js';

/** The files with marks, in the root of the workspace. */
export const PUBLISHED: readonly string[] = ['README.md', 'docs/benchmarks.md'];

export interface Invocation {
  readonly root: string;
  /** As they were typed. */
  readonly args: readonly string[];
  /** Ends the run; the report is then of what was measured. */
  readonly signal: AbortSignal;
}

export async function measure(
  plan: readonly PlannedCase[],
  options: CommandOptions,
  { args, root, signal }: Invocation,
): Promise<Report> {
  const published = options.publish ? PUBLISHED.map((file) => join(root, file)) : [];
  // Now, and not after all has been measured.
  for (const file of published) checkMarks(file);

  const python = findPython(options.python);
  const machine = machineFacts(options.node, python);
  const build = buildOf(root);
  const disturbance = watchDisturbance();
  const reportOf = ({ cases, passes, unreached }: RunResult): Report => {
    const measured = groupBySuite(plan, cases, (peer) => peerVersion(peer, { ...machine, build }));
    const facts = { passes, machine, disturbance: disturbance(), size: options.size };
    const interrupted = signal.aborted;
    return {
      format: 1,
      date: new Date().toISOString(),
      command: `npm run bench${args.length > 0 ? ` -- ${args.join(' ')}` : ''}`,
      build,
      ...facts,
      warnings: warningsOf({
        ...facts,
        unreached,
        interrupted,
        unclear: unclearShare(measured),
        pinned: pinPrefix().length > 0,
      }),
      suites: measured,
      targets: evaluateTargets(targets, measured, machine.node),
    };
  };
  const result = await runCases(plan, {
    ...runOptions(options, python),
    signal,
    // What is known is kept: a machine that goes down takes the last pass with it, and not the run.
    onPass: (soFar) => writeData(reportOf(soFar), options.out),
  });
  const report = reportOf(result);
  const destination = { folder: options.out, publishTo: signal.aborted ? [] : published };
  for (const file of writeReport(report, destination)) console.log(file);
  for (const warning of report.warnings) console.log(`Warning: ${warning}`);
  return report;
}

function groupBySuite(
  plan: readonly PlannedCase[],
  cases: readonly CaseReport[],
  version: (peer: Peer) => string,
): SuiteReport[] {
  return suites.flatMap((suite) => {
    const own = cases.filter((_, index) => plan[index]!.suite === suite);
    if (own.length === 0) return [];
    const present = new Set(own.flatMap(({ rows }) => rows.map(({ peer }) => peer)));
    const peers = suite.peers.filter(({ id }) => present.has(id)).map((peer) => ({ ...peer, version: version(peer) }));
    return [{ id: suite.id, title: suite.title, method: suite.method, peers, cases: own }];
  });
}
