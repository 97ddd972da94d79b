// The main module of a fork server: loads what it is told to, and forks on request until its client is gone.
// Everything that a child needs before its first line is loaded here, once.
import { type Addon, addon } from '../addon.js';
import { noteForkSafe } from '../fork/fork-safety.js';
import { becomeProcess, prepareProcess, updateProcessId } from '../fork/identity.js';
import { findRandomStores, repairRandomness, replaceMathRandom } from '../fork/randomness.js';
import { startThreadPool } from '../fork/threads.js';
import { setDeathSignal } from '../system/process.js';
import { adoptSurroundings, expectRequest, type PreloadedModules, runChild } from './child.js';
import { collectGarbage } from './collection.js';
import { describeLeftovers, listOpenResources, type OpenResources } from './leftovers.js';
import {
  CONTROL_DESCRIPTOR,
  decodeBody,
  encodePacket,
  type ForkRequest,
  HEAD_BYTES,
  MAX_PACKET_BYTES,
  PACKETS,
  type Refusal,
  type StartRequest,
} from './protocol.js';
import { holdStandardStreams } from './standard-streams.js';

const native: Addon = addon();

void main();

async function main(): Promise<void> {
  native.setCloseOnExec(CONTROL_DESCRIPTOR, 1);
  const openStandardStreams = holdStandardStreams();
  replaceMathRandom();
  const { preload, parent, settleMs } = receiveStart();
  // Until the loop below notices a closed control descriptor, only this ends a server whose client is gone.
  if (parent !== undefined && !setDeathSignal('SIGKILL', parent)) native.exitNow(1);
  const preloaded = new Map<string, Readonly<Record<string, unknown>>>();
  const refusal = await load(preload, settleMs, preloaded);
  if (refusal !== undefined) {
    send(PACKETS.refused, refusal);
    native.exitNow(1);
  }
  findRandomStores();
  prepareProcess();
  await rehearse();
  // Before the last rehearsal: a collection forgets the code of what was not called lately.
  collectGarbage('major');
  for (const { forkServerRehearsal: play } of preloaded.values()) if (typeof play === 'function') await play();
  setImmediate(() => serve(preloaded, openStandardStreams));
}

/** Forks from now on. Called from the loop, with nothing of a module's evaluation or of a promise below it. */
function serve(preloaded: PreloadedModules, openStandardStreams: () => void): void {
  // V8's and libuv's threads finish what they have, and closed handles go: in the loop, which must run for that.
  if (!native.isQuiet()) {
    native.poll(new Int32Array(0), 1);
    setImmediate(() => serve(preloaded, openStandardStreams));
    return;
  }
  collectGarbage('minor');
  send(PACKETS.ready);
  const child = native.serve(CONTROL_DESCRIPTOR);
  if (child === undefined) native.exitNow(0);
  noteForkSafe();
  becomeProcess();
  const expected = child === null ? expectRequest(Buffer.from(native.latestRequest())) : undefined;
  const [body, ...descriptors] = child ?? native.awaitRequest();
  runChild(Buffer.from(body), descriptors, preloaded, openStandardStreams, expected);
}

/**
 * Runs what every child begins with, on the server's own surroundings: V8 compiles a function when it is first called,
 * and what is compiled here no child compiles again.
 */
async function rehearse(): Promise<void> {
  const request: ForkRequest = {
    entry: import.meta.url,
    call: undefined,
    argv: process.argv.slice(2),
    execArgv: process.execArgv,
    title: undefined,
    env: Object.entries(process.env).flatMap(([name, value]) => [name, value ?? '']),
    cwd: process.cwd(),
    umask: process.umask(),
    channel: false,
  };
  const packet = encodePacket({ kind: PACKETS.fork }, request);
  if (packet !== undefined) adoptSurroundings(decodeBody<ForkRequest>(packet.subarray(HEAD_BYTES), []));
  updateProcessId();
  repairRandomness();
  await import('./rehearsal.js');
}

function receiveStart(): StartRequest {
  const packet = Buffer.alloc(MAX_PACKET_BYTES);
  const [length, , ...descriptors] = native.receiveMessage(CONTROL_DESCRIPTOR, packet);
  // The client ended before it said anything.
  if (length <= 0) native.exitNow(1);
  return decodeBody<StartRequest>(packet.subarray(HEAD_BYTES, length), descriptors);
}

async function load(
  preload: readonly string[],
  settleMs: number,
  preloaded: Map<string, Readonly<Record<string, unknown>>>,
): Promise<Refusal | undefined> {
  // So that its threads are no news later.
  await startThreadPool();
  const before = listOpenResources();
  for (const specifier of preload) {
    try {
      const module = (await import(specifier)) as Readonly<Record<string, unknown>>;
      // What a module prepares for all children, where it cannot await that itself (a twin in CommonJS cannot).
      await module['forkServerReady'];
      preloaded.set(specifier, module);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { message: `The preload ${specifier} could not be loaded: ${detail}` };
    }
    const left = await settle(before, settleMs);
    if (left.length > 0) return { message: explainLeftovers(specifier, left) };
  }
  return undefined;
}

/** Waits until everything that a module began is done, and answers what is still open then. */
async function settle(before: OpenResources, settleMs: number): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const left = describeLeftovers(before, listOpenResources());
    const requests = native.countRequests();
    if (left.length === 0 && requests === 0) return left;
    if (performance.now() > deadline)
      return requests > 0 ? [...left, `${requests} unfinished requests (files, names, crypto, sockets)`] : left;
    // A little rest that adds no timer to what is being watched.
    native.poll(new Int32Array(0), 1);
  }
}

function explainLeftovers(specifier: string, left: readonly string[]): string {
  return (
    `The preload ${specifier} leaves open: ${left.join('; ')}. ` +
    'Every forked child would share it. Open it where it is first used instead, or do not preload this module.'
  );
}

function send(kind: number, body?: unknown): void {
  const packet = encodePacket({ kind }, body) ?? encodePacket({ kind }, { message: 'The reason is too long to tell.' });
  if (packet !== undefined) native.sendMessage(CONTROL_DESCRIPTOR, packet);
}
