import type { CodecModule } from '@mp/codec';
import { nativeProblem } from '../native/native.js';
import { inheritableExecArgv } from './exec-args.js';
import { forkServer } from './fork-servers.js';
import { type ChildEnds, type Forked, ForkingChild, type ForkPlan } from './forking-child.js';
import type { Launcher, LaunchOptions, LaunchSpec } from './launcher.js';
import { heapFlags } from './spawn.js';

const ENTRY = new URL('../entry/forked.js', import.meta.url).href;
const REHEARSAL = new URL('../entry/rehearsal.js', import.meta.url).href;
const plan: ForkPlan = { method: 'forkserver', entry: ENTRY, fork: forkByServer };

/** Has a process forked by a server that has loaded everything before. Its channel is a socket pair. */
export const forkserverLauncher: Launcher = {
  method: 'forkserver',
  passesDescriptors: true,
  get problem() {
    return nativeProblem();
  },
  launch: (spec) => new ForkingChild(plan, spec),
};

async function forkByServer({ preparation, options, descriptors = [] }: LaunchSpec, ends: ChildEnds): Promise<Forked> {
  const server = await forkServer(flagsOf(options), preloadsFor(preparation.codec));
  return server.fork({
    entry: ENTRY,
    call: 'run',
    descriptors: [ends.channel, ...(ends.progress === undefined ? descriptors : [ends.progress])],
    stdio: ['ignore', ends.stdout, ends.stderr],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
  });
}

/** What every child needs, and what has it compiled before the first. */
function preloadsFor({ specifier, exportName }: CodecModule): string[] {
  const rehearsal = new URL(REHEARSAL);
  rehearsal.searchParams.set('codec', specifier);
  rehearsal.searchParams.set('name', exportName);
  return [ENTRY, specifier, rehearsal.href];
}

function flagsOf(options: LaunchOptions): string[] {
  return [...(options.execArgv ?? inheritableExecArgv(process.execArgv)), ...heapFlags(options)];
}
