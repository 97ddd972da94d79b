import { readFileSync } from 'node:fs';
import { closeDescriptor, getStartTime, openPidfd, watchPidfd } from '@mp/native';

/** Whether a process runs: a zombie does not. */
export function isRunning(pid: number): boolean {
  return getStartTime(pid) !== undefined;
}

/** Resolves when a process that is not a child of this one has ended, and whoever adopted it has waited for it. */
export async function whenGone(pid: number): Promise<void> {
  try {
    const pidfd = openPidfd(pid);
    await watchPidfd(pidfd);
    closeDescriptor(pidfd);
    while (process.kill(pid, 0)) await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    const { code, errno } = error as { code?: string; errno?: unknown };
    if (code !== 'ESRCH' && errno !== 'ESRCH') throw error;
  }
}

/** The running children of a process, as the kernel has them. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text
    .split(' ')
    .map(Number)
    .filter((child) => child > 0 && isRunning(child));
}
