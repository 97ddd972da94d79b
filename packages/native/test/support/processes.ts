import { closeDescriptor, getStartTime, NativeError, openPidfd, watchPidfd } from '@mp/native';

/** Whether a process runs: a zombie does not. */
export function isRunning(pid: number): boolean {
  return getStartTime(pid) !== undefined;
}

/** Resolves when a process that need not be a child has ended. */
export async function whenEnded(pid: number): Promise<void> {
  let pidfd: number;
  try {
    pidfd = openPidfd(pid);
  } catch (error) {
    if (error instanceof NativeError && error.errno === 'ESRCH') return;
    throw error;
  }
  await watchPidfd(pidfd);
  closeDescriptor(pidfd);
}
