import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
const openCount = (): number => readdirSync('/proc/self/fd').length;
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
  const before = openCount();
  let ticket = offerDescriptor(writing);
  for (let i = 0; i < 2000; i++) {
    closeDescriptor(claimDescriptor(ticket));
    ticket = offerDescriptor(writing);
  }
  withdrawDescriptor(ticket);
  // The thread answers one after another, and closes before it refuses: when this is refused, all is closed.
  expect(() => claimDescriptor(ticket)).toThrow(gone);
  expect(openCount()).toBe(before);
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
