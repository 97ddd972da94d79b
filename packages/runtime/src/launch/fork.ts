import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { nativeProblem, requireNative } from '../native/native.js';
import { adoptCopy, announceFork } from '../platform/forking.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { type ChildEnds, type Forked, ForkingChild, type ForkPlan, type OutputTarget } from './forking-child.js';
import type { Launcher, LaunchOptions, LaunchSpec } from './launcher.js';

const ENTRY = new URL('../entry/forked-copy.js', import.meta.url).href;
const plan: ForkPlan = { method: 'fork', entry: ENTRY, fork: forkThisProcess };

/** What a copy of this process begins with, in a module that is loaded before. */
interface Copy {
  readonly runCopy: (channel: number, progress: number | undefined, work: LaunchSpec['work']) => void;
}

/** Makes a copy of this process. Its channel is a socket pair; a target and its arguments are simply there. */
export const forkLauncher: Launcher = {
  method: 'fork',
  copies: true,
  get problem() {
    const problem = nativeProblem();
    if (problem !== undefined) return problem;
    const safety = requireNative().isForkSafe();
    if (safety.safe) return undefined;
    return `cannot be used: ${safety.reason}, or with \`npx mp-fork program.js\``;
  },
  launch: (spec) => {
    checkOptions(spec.options);
    return new ForkingChild(plan, spec);
  },
};

/** Copies this process when none of its threads is busy. */
async function forkThisProcess({ options, work }: LaunchSpec, ends: ChildEnds): Promise<Forked> {
  const native = requireNative();
  // Loaded here: in the copy it is simply there.
  const { runCopy } = (await import(ENTRY)) as Copy;
  let noteEnd = (): void => {};
  const copying = native.fork(
    () => {
      adoptCopy();
      adoptOutput(1, ends.stdout);
      adoptOutput(2, ends.stderr);
      adoptSurroundings(options);
      runCopy(ends.channel, ends.progress, work);
    },
    {
      beforeCopy: () => {
        noteEnd = announceFork();
      },
    },
  );
  const end = (): void => noteEnd();
  copying.then(({ exited }) => exited).then(end, end);
  return copying;
}

function adoptOutput(descriptor: 1 | 2, target: OutputTarget): void {
  if (target === 'inherit') return;
  const source = target === 'ignore' ? openSync(devNull, 'w') : target;
  requireNative().duplicateDescriptorTo(source, descriptor);
  if (target === 'ignore') closeSync(source);
}

function adoptSurroundings({ env, cwd }: LaunchOptions): void {
  if (cwd !== undefined) process.chdir(cwd);
  if (env === undefined) return;
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
}

/** @throws ProcessError where an option is asked for that is settled when a process of Node starts. */
function checkOptions({ execArgv, resourceLimits }: LaunchOptions): void {
  const settled = execArgv !== undefined ? 'execArgv' : resourceLimits !== undefined ? 'resourceLimits' : undefined;
  if (settled === undefined) return;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `A copy of this process has its flags and limits (option ${settled}): use another start method for others.`,
  );
}
