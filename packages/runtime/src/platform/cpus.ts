import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * The number of CPUs that this process may use: its affinity mask, and the limit of its control group where one is set.
 *
 * Python's `cpu_count` answers with the machine's CPUs, and a pool in a container of two CPUs on a machine of 64
 * starts 64 workers.
 *
 * @returns At least 1.
 */
export function cpuCount(): number {
  const quota = controlGroupCpus();
  return Math.max(1, Math.min(availableParallelism(), quota));
}

function controlGroupCpus(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  return Math.min(...controlGroupFolders().map(readQuota));
}

/** The folders of this process's own control group and of the root that its namespace shows (version 2 and 1). */
function controlGroupFolders(): string[] {
  const folders = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu'];
  const own = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup'))?.[1];
  for (let path = own; path !== undefined && path !== '/' && path !== ''; path = path.slice(0, path.lastIndexOf('/')))
    folders.push(`/sys/fs/cgroup${path}`);
  return folders;
}

function readQuota(folder: string): number {
  // https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
  const [quota, period] = read(`${folder}/cpu.max`).trim().split(' ').map(Number);
  if (quota && period) return Math.ceil(quota / period);
  // https://docs.kernel.org/scheduler/sched-bwc.html
  const oldQuota = Number(read(`${folder}/cpu.cfs_quota_us`));
  const oldPeriod = Number(read(`${folder}/cpu.cfs_period_us`));
  return oldQuota > 0 && oldPeriod > 0 ? Math.ceil(oldQuota / oldPeriod) : Number.POSITIVE_INFINITY;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
