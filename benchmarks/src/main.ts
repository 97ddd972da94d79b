// `npm run bench`: plan, measure, report.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './command/measure.js';
import { type CommandOptions, HELP, parseOptions } from './command/options.js';
import { renderAgain } from './command/render.js';
import { runOptions } from './command/run-options.js';
import { compareBuilds } from './compare/compare.js';
import { renderComparison } from './compare/render.js';
import { type PlannedCase, selectCases } from './harness/plan.js';
import { killSamples } from './harness/sample-process.js';
import { buildOf } from './harness/versions.js';
import { suites } from './suites/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the command. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { out: join(root, 'benchmarks', 'results'), node: process.execPath });
  if (options.help) console.log(HELP);
  else if (options.list) console.log(listing());
  else if (options.from !== undefined) for (const file of renderAgain(options.from, options, root)) console.log(file);
  else {
    const plan = selectCases(suites, options);
    if (plan.length === 0) throw new TypeError('No case fits these flags; --list names them all.');
    const signal = interruption();
    if (options.against !== undefined) return compare(plan, options, options.against, signal);
    await measure(plan, options, { root, args, signal });
    return signal.aborted ? 130 : 0;
  }
  return 0;
}

/** Aborts at Ctrl-C and SIGTERM, with the sample under way. At the second one the process ends as it is. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    console.error('\nInterrupted: the report is of what was measured until now.');
    controller.abort();
    killSamples();
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  return controller.signal;
}

/** @returns 1 where this build is worse or broken, and a second run said so too. */
async function compare(
  plan: readonly PlannedCase[],
  options: CommandOptions,
  against: string,
  signal: AbortSignal,
): Promise<number> {
  const comparison = await compareBuilds(
    plan,
    { base: against, head: root },
    { ...runOptions(options, undefined), signal },
  );
  if (signal.aborted) return 130;
  const text = renderComparison(comparison, { head: buildOf(root), base: buildOf(against) });
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'compare.json'), `${JSON.stringify(comparison, null, 1)}\n`);
  writeFileSync(join(options.out, 'compare.md'), text);
  console.log(text);
  return comparison.differences.some(({ change }) => change !== 'better') ? 1 : 0;
}

function listing(): string {
  const names = (entries: readonly { readonly id: string }[]): string => entries.map(({ id }) => id).join(' ');
  return suites.map(({ id, cases, peers }) => `${id}\n  cases: ${names(cases)}\n  peers: ${names(peers)}`).join('\n');
}
