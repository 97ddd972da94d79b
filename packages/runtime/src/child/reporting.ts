import { StringDecoder } from 'node:string_decoder';
import type { FrameChannel } from '../channel/frame-channel.js';
import { getLogger } from '../platform/logger.js';
import { FRAME } from '../protocol/frames.js';
import { type ChildReport, encodeReport } from '../protocol/reports.js';
import { currentTask } from './current-task.js';

/** Sends the messages of this process's logger to its parent, which hands them to its own handlers. */
export function forwardLog(channel: FrameChannel): void {
  getLogger().addHandler((record) => send(channel, { kind: 'record', record }));
}

/**
 * Sends what is written to standard output and error to the parent, with the task that wrote it. It leaves before the task's
 * result does. What native code writes goes another way: to the process's own descriptors.
 */
export function forwardOutput(channel: FrameChannel): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8';
      const bytes = typeof chunk === 'string' && encoding !== 'utf8' ? Buffer.from(chunk, encoding) : chunk;
      const text = typeof bytes === 'string' ? bytes : decoder.write(Buffer.from(bytes));
      const task = currentTask()?.id;
      send(channel, { kind: 'output', stream, text, ...(task === undefined ? {} : { task }) });
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done as () => void);
      return !channel.isFull;
    };
    // A property of the stream's own: `console.log`, and whoever else has the stream, writes by it.
    process[stream].write = write as typeof process.stdout.write;
  }
}

/** At once: a process that crashes in the next moment has said it. */
function send(channel: FrameChannel, report: ChildReport): void {
  channel.send(FRAME.log, encodeReport(report), undefined, true);
  channel.flush();
}
