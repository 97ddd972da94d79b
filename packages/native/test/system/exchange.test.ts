import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import {
  claimDescriptor,
  closeDescriptor,
  createPipe,
  type DescriptorTicket,
  offerDescriptor,
  readDescriptor,
  withdrawDescriptor,
  writeDescriptor,
} from '@mp/native';
import { fixturePath } from '../support/fixtures.js';

const into = Buffer.alloc(100);
const read = (fd: number): string => into.toString('utf8', 0, readDescriptor(fd, into));
const gone = expect.objectContaining({ code: 'MP_PEER_GONE' });

test('a descriptor that is offered is claimed once, by the same thread too', () => {
  const [reading, writing] = createPipe();
  const ticket = offerDescriptor(writing);
  const claimed = claimDescriptor(ticket);
  writeDescriptor(claimed, Buffer.from('through the copy'));
  expect(read(reading)).toBe('through the copy');
  expect(() => claimDescriptor(ticket)).toThrow(gone);
  for (const fd of [reading, writing, claimed]) closeDescriptor(fd);
});

test('another process claims it, while this one is blocked', async () => {
  const [reading, writing] = createPipe();
  const ticket = offerDescriptor(writing);
  closeDescriptor(writing);
  const child = spawn(process.execPath, [fixturePath('claimer.mjs'), JSON.stringify(ticket)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Blocks until the child has written into the pipe and ended: this thread cannot have helped it.
  expect(read(reading)).toBe(`from ${child.pid}`);
  expect(readDescriptor(reading, into)).toBe(0);
  expect(await text(child.stdout)).toBe('claimed');
  closeDescriptor(reading);
});

test('one that is withdrawn is closed, and cannot be claimed', () => {
  const [reading, writing] = createPipe();
  const ticket = offerDescriptor(writing);
  closeDescriptor(writing);
  expect(withdrawDescriptor(ticket)).toBe(true);
  expect(readDescriptor(reading, into)).toBe(0);
  expect(withdrawDescriptor(ticket)).toBe(false);
  expect(() => claimDescriptor(ticket)).toThrow(gone);
  closeDescriptor(reading);
});

test('who has a wrong token, or says nothing, gets nothing and stops nobody', async () => {
  const [reading, writing] = createPipe();
  const ticket = offerDescriptor(writing);
  const silent = connect(`\0${ticket.name}`);
  expect(() => claimDescriptor({ ...ticket, token: Buffer.alloc(16).toString('base64') })).toThrow(gone);
  expect(() => claimDescriptor({ ...ticket, token: 'short' })).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT' }),
  );
  silent.destroy();
  const claimed = claimDescriptor(ticket);
  for (const fd of [reading, writing, claimed]) closeDescriptor(fd);
});

test('a process that ended offers nothing', () => {
  const ticket: DescriptorTicket = { name: 'mp-exchange-nobody', token: Buffer.alloc(16).toString('base64') };
  expect(() => claimDescriptor(ticket)).toThrow(gone);
});

test('thousands of exchanges leave no descriptor open', () => {
  const [reading, writing] = createPipe();
  withdrawDescriptor(offerDescriptor(writing));
  const before = openEnds();
  let ticket = offerDescriptor(writing);
  for (let i = 0; i < 2000; i++) {
    closeDescriptor(claimDescriptor(ticket));
    ticket = offerDescriptor(writing);
  }
  withdrawDescriptor(ticket);
  // The thread answers one after another, and closes before it refuses: when this is refused, all is closed.
  expect(() => claimDescriptor(ticket)).toThrow(gone);
  // Those of an earlier test may be closed meanwhile: none may be more.
  expect([...openEnds()].filter(([end, count]) => count > (before.get(end) ?? 0))).toEqual([]);
  for (const fd of [reading, writing]) closeDescriptor(fd);
});

test('what a worker thread offers outlives it', async () => {
  const [reading, writing] = createPipe();
  const url = new URL('../../test/fixtures/offering-worker.mjs', import.meta.url);
  const worker = new Worker(url, { workerData: writing });
  const ticket = await new Promise<DescriptorTicket>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  const claimed = claimDescriptor(ticket);
  writeDescriptor(claimed, Buffer.from('still'));
  expect(read(reading)).toBe('still');
  for (const fd of [reading, writing, claimed]) closeDescriptor(fd);
});

/** How many descriptors each open pipe and socket has; the system numbers those. */
function openEnds(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of readdirSync('/proc/self/fd')) {
    const end = linkOf(`/proc/self/fd/${name}`);
    if (/^(?:pipe|socket):/.test(end)) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return counts;
}

/** Empty for one that is closed by now, as the descriptor is by which the directory was read. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
