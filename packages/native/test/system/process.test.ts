import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import {
  closeDescriptor,
  getAffinity,
  getProcessGroup,
  getProcessIds,
  getStartTime,
  killPidfd,
  NativeError,
  openPidfd,
  setAffinity,
  waitProcess,
  watchPidfd,
} from '@mp/native';

test('a process knows its ids and its group', () => {
  expect(getProcessIds()).toEqual({ pid: process.pid, parent: process.ppid, thread: process.pid });
  expect(getProcessGroup()).toBe(getProcessGroup(process.pid));
});

test('a pidfd tells the end of a process that is no child of ours to wait for, and kills exactly that', async () => {
  const child = spawn('sleep', ['100']);
  const pidfd = openPidfd(child.pid as number);
  const watching = watchPidfd(pidfd);
  expect(killPidfd(pidfd, 0)).toBe(true);
  expect(killPidfd(pidfd, 'SIGKILL')).toBe(true);
  await watching;
  await once(child, 'exit');
  expect(killPidfd(pidfd, 'SIGKILL')).toBe(false);
  closeDescriptor(pidfd);
});

test('watching a pidfd ends with its signal', async () => {
  const pidfd = openPidfd(process.pid);
  const controller = new AbortController();
  const watching = watchPidfd(pidfd, controller.signal);
  controller.abort(new Error('enough'));
  await expect(watching).rejects.toThrow('enough');
  await expect(watchPidfd(pidfd, AbortSignal.abort(new Error('at once')))).rejects.toThrow('at once');
  closeDescriptor(pidfd);
});

test('a process that is not there has no pidfd and no start time', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(getStartTime(child.pid as number)).toBeUndefined();
  expect(() => openPidfd(child.pid as number)).toThrow(expect.objectContaining({ errno: 'ESRCH' }));
});

test('a start time stays what it is, whatever a process calls itself', async () => {
  const before = getStartTime(process.pid);
  const { title } = process;
  process.title = ') R 1 2 3 (';
  expect(getStartTime(process.pid)).toBe(before);
  process.title = title;
  expect(before).toBeGreaterThan(0);
});

test('waiting for a child that one does not have is an error', () => {
  expect(() => waitProcess(1)).toThrow(expect.objectContaining({ errno: 'ECHILD', syscall: 'waitpid' }));
});

test('the processors are those that the system gives, and can be fewer', () => {
  const all = getAffinity();
  expect(all).toHaveLength(availableParallelism());
  setAffinity(all.slice(0, 1));
  expect(getAffinity()).toEqual(all.slice(0, 1));
  setAffinity(all);
  expect(() => setAffinity([])).toThrow(NativeError);
});

test('a signal that does not exist is refused', () => {
  const pidfd = openPidfd(process.pid);
  expect(() => killPidfd(pidfd, 'SIGNOTHING' as never)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  closeDescriptor(pidfd);
});
