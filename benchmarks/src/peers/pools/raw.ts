// What one writes by hand without a library: a message for each task, workers in turn.
import { type ForkOptions, fork, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../worker-file.js';
import type { BenchPool, PoolPeer } from './pool-peer.js';

interface RawWorker {
  send(message: unknown): unknown;
  listen(listener: (message: unknown) => void): unknown;
  end(): unknown;
}

function forked(serialization: NonNullable<ForkOptions['serialization']>): RawWorker {
  const child = fork(workerFile('raw.cjs'), [], { serialization });
  return {
    send: (message) => child.send(message as object),
    listen: (listener) => child.on('message', listener),
    end: () => child.kill('SIGKILL'),
  };
}

function thread(): RawWorker {
  const worker = new Worker(workerFile('raw.cjs'));
  return {
    send: (message) => worker.postMessage(message),
    listen: (listener) => worker.on('message', listener),
    end: () => worker.terminate(),
  };
}

function rawPool(count: number, start: () => RawWorker): BenchPool {
  const pending = new Map<number, (result: unknown) => void>();
  const workers = Array.from({ length: count }, start);
  for (const worker of workers)
    worker.listen((message) => {
      const [id, result] = message as [number, unknown];
      pending.get(id)!(result);
      pending.delete(id);
    });
  let next = 0;
  return {
    run: (task, input) =>
      new Promise((resolve) => {
        const id = next++;
        pending.set(id, resolve);
        workers[id % count]!.send([id, task, input]);
      }),
    map(task, inputs) {
      return Promise.all(inputs.map((input) => this.run(task, input)));
    },
    close: () => Promise.all(workers.map((worker) => worker.end())),
  };
}

/** Numbers come back; of bytes, how many there were. */
async function socketPool(): Promise<BenchPool> {
  const open = (mode: 'echo' | 'sink'): { ask(...parts: Uint8Array[]): Promise<number>; close(): unknown } => {
    const child = spawn(process.execPath, [workerFile('socket-echo.cjs'), mode], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    const socket = child.stdio[3] as Duplex;
    let arrived: (bytes: Buffer) => void = () => {};
    socket.on('data', (bytes: Buffer) => arrived(bytes));
    return {
      ask: (...parts) =>
        new Promise((resolve) => {
          arrived = (bytes) => resolve(bytes.readDoubleLE(0));
          for (const part of parts) socket.write(part);
        }),
      close: () => child.kill('SIGKILL'),
    };
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(value);
    return bytes;
  };
  const [echo, sink] = [open('echo'), open('sink')];
  return {
    run: (_task, input) =>
      input instanceof Uint8Array ? sink.ask(number(input.byteLength), input) : echo.ask(number(input as number)),
    close: () => [echo.close(), sink.close()],
  };
}

export const rawPeers: readonly PoolPeer[] = [
  {
    id: 'child_process',
    title: 'child_process by hand',
    kind: 'processes',
    use: '`fork(file)`, one `send` for each task, workers in turn; JSON.',
    load: async () => (workers) => rawPool(workers, () => forked('json')),
  },
  {
    id: 'child_process-advanced',
    title: 'child_process by hand, advanced',
    kind: 'processes',
    use: "The same with `serialization: 'advanced'`.",
    load: async () => (workers) => rawPool(workers, () => forked('advanced')),
  },
  {
    id: 'worker_threads',
    title: 'worker_threads by hand',
    kind: 'threads',
    use: '`new Worker(file)`, one `postMessage` for each task, workers in turn.',
    load: async () => (workers) => rawPool(workers, thread),
  },
  {
    id: 'socket',
    title: 'a bare socket',
    kind: 'processes',
    use: 'Bytes over an inherited socket pair (`node:net`), and eight back: the floor, no tasks.',
    load: async () => socketPool,
  },
];
