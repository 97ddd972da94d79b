// `npm run bench`: plan, measure, report.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOptions, HELP, parseOptions } from './command/options.js';
import { reportProgress } from './command/progress.js';
import { compareBuilds } from './compare/compare.js';
import { renderDifferences } from './compare/differences.js';
import { findPython, machineFacts, watchDisturbance } from './harness/machine.js';
import type { CaseReport, Peer, Size, SuiteReport } from './harness/model.js';
import { type PlannedCase, selectCases } from './harness/plan.js';
import { type RunOptions, runCases } from './harness/run.js';
import { killSamples, takeSample } from './harness/sample-process.js';
import { buildOf, peerVersion } from './harness/versions.js';
import { type Report, warningsOf } from './report/report.js';
import { writeReport } from './report/write.js';
import { suites } from './suites/index.js';
import { evaluateTargets } from './targets/evaluate.js';
import { targets } from './targets/targets.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PUBLISHED = ['README.md', 'docs/benchmarks.md'];

/** How long each operation is repeated in a sample, and how many samples are taken at most. */
const SCALE: Readonly<Record<Size, { readonly timeMs: number; readonly passes: number }>> = {
  small: { timeMs: 10, passes: 1 },
  default: { timeMs: 60, passes: 9 },
  full: { timeMs: 250, passes: 9 },
};

/** Runs the command. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { out: join(root, 'benchmarks', 'results'), node: process.execPath });
  if (options.help) console.log(HELP);
  else if (options.list) console.log(listing());
  else {
    const plan = selectCases(suites, options);
    if (plan.length === 0) throw new TypeError('No case fits these flags; --list names them all.');
    const onInterrupt = (): never => {
      killSamples();
      process.exit(130);
    };
    process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
    return options.against === undefined ? measure(plan, options, args) : compare(plan, options, options.against);
  }
  return 0;
}

async function measure(
  plan: readonly PlannedCase[],
  options: CommandOptions,
  args: readonly string[],
): Promise<number> {
  const python = findPython(options.python);
  const machine = machineFacts(options.node, python);
  const build = buildOf(root);
  const disturbance = watchDisturbance();
  const { cases, passes, unreached } = await runCases(plan, runOptions(options, python));

  const measured = groupBySuite(plan, cases, (peer) => peerVersion(peer, { ...machine, build }));
  const facts = { passes, machine, disturbance: disturbance(), size: options.size };
  const report: Report = {
    format: 1,
    date: new Date().toISOString(),
    command: `npm run bench${args.length > 0 ? ` -- ${args.join(' ')}` : ''}`,
    build,
    ...facts,
    warnings: warningsOf({ ...facts, unreached }),
    suites: measured,
    targets: evaluateTargets(targets, measured),
  };
  const published = options.publish ? PUBLISHED.map((file) => join(root, file)) : [];
  for (const file of writeReport(report, { folder: options.out, publishTo: published })) console.log(file);
  for (const warning of report.warnings) console.log(`Warning: ${warning}`);
  return 0;
}

/** @returns 1 where this build is worse or broken, and a second run said so too. */
async function compare(plan: readonly PlannedCase[], options: CommandOptions, against: string): Promise<number> {
  const { cases, differences } = await compareBuilds(
    plan,
    { base: against, head: root },
    runOptions(options, undefined),
  );
  const text = `This build (${buildOf(root)}) against ${buildOf(against)}.\n\n${renderDifferences(differences)}\n`;
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'compare.json'), `${JSON.stringify({ cases, differences }, null, 1)}\n`);
  writeFileSync(join(options.out, 'compare.md'), text);
  console.log(text);
  return differences.some(({ change }) => change !== 'better') ? 1 : 0;
}

function runOptions({ size, node, minutes }: CommandOptions, python: string | undefined): RunOptions {
  const { timeMs, passes } = SCALE[size];
  return {
    budget: { size, timeMs },
    passes,
    deadline: size === 'full' ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000,
    takeSample: (request, { suite, info, peers }) =>
      takeSample(request, {
        node,
        python,
        program: [...suite.peers, ...peers].find(({ id }) => id === request.peer)?.program ?? 'node',
        timeoutMs: info.timeoutMs,
        pinned: info.pinned === true,
      }),
    onSample: reportProgress,
  };
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

function listing(): string {
  const names = (entries: readonly { readonly id: string }[]): string => entries.map(({ id }) => id).join(' ');
  return suites.map(({ id, cases, peers }) => `${id}\n  cases: ${names(cases)}\n  peers: ${names(peers)}`).join('\n');
}
