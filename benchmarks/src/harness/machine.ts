// The facts without which no figure means anything: machine, programs, and how busy the machine was with other things.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGB: number;
  readonly system: string;
  /** As the hypervisor flag of the processor says; `undefined` where the system does not tell. */
  readonly virtual: boolean | undefined;
  readonly node: string;
  readonly v8: string;
  /** `undefined` where there is no Python. */
  readonly python: string | undefined;
}

/** How much of the machine others used while we measured. */
export interface Disturbance {
  /** Processes that wanted to run before we began, over one minute. */
  readonly loadBefore: number;
  /** The share of the processors' time that a hypervisor gave to other machines, from 0 to 1. */
  readonly stolen: number | undefined;
}

/** @param node - The Node that runs the samples. */
export function machineFacts(node: string, python: string | undefined): Machine {
  const [version, v8] = execFileSync(node, ['-p', 'process.version + " " + process.versions.v8'], { encoding: 'utf8' })
    .trim()
    .split(' ');
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release()} ${arch()}`,
    virtual: hasHypervisor(),
    node: version!,
    v8: v8!,
    python: python === undefined ? undefined : pythonVersion(python),
  };
}

/**
 * The Python to use: the one that is asked for; else the first `python3` that has multiprocess and dill,
 * of the search path and of the system; else the first that starts.
 */
export function findPython(wanted: string | undefined): string | undefined {
  const candidates = wanted === undefined ? ['python3', '/usr/bin/python3'] : [wanted];
  const present = candidates.filter((candidate) => pythonVersion(candidate) !== undefined);
  return present.find((candidate) => runs(candidate, 'import multiprocess, dill')) ?? present[0];
}

function runs(python: string, program: string): boolean {
  return spawnSync(python, ['-c', program], { stdio: 'ignore' }).status === 0;
}

/** Watches the machine from now on; call the result at the end. */
export function watchDisturbance(): () => Disturbance {
  const loadBefore = loadavg()[0]!;
  const before = processorTimes();
  return () => {
    const after = processorTimes();
    if (before === undefined || after === undefined) return { loadBefore, stolen: undefined };
    return { loadBefore, stolen: (after.stolen - before.stolen) / Math.max(1, after.total - before.total) };
  };
}

// The columns of proc(5), /proc/stat: user nice system idle iowait irq softirq steal.
function processorTimes(): { total: number; stolen: number } | undefined {
  try {
    const [line] = readFileSync('/proc/stat', 'utf8').split('\n');
    const times = line!.trim().split(/\s+/).slice(1, 9).map(Number);
    return { total: times.reduce((sum, time) => sum + time, 0), stolen: times[7]! };
  } catch {
    return undefined;
  }
}

function hasHypervisor(): boolean | undefined {
  try {
    return /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return undefined;
  }
}

function pythonVersion(python: string): string | undefined {
  try {
    return execFileSync(python, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .replace('Python ', '');
  } catch {
    return undefined;
  }
}
