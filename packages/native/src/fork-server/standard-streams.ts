import { writeSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';

type StreamName = 'stdin' | 'stdout' | 'stderr';

/**
 * Keeps Node from opening the standard streams of this process, while what writes to them is still heard.
 *
 * Node makes `process.stdout` once, when it is first asked for, for the kind of file that it finds then, and with a
 * handle where that is a pipe or a terminal. In a fork server that would be the wrong file for every child. Until
 * {@link openStandardStreams} the streams here write synchronously and hold nothing.
 */
export function holdStandardStreams(): () => void {
  const originals = new Map<StreamName, PropertyDescriptor>();
  const hold = (name: StreamName, stream: Readable | Writable): void => {
    const original = Object.getOwnPropertyDescriptor(process, name);
    if (original === undefined) return;
    originals.set(name, original);
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  };
  hold('stdin', Readable.from([]));
  hold('stdout', new DescriptorWriter(1));
  hold('stderr', new DescriptorWriter(2));
  return () => {
    for (const [name, original] of originals) Object.defineProperty(process, name, original);
    forgetConsoleStreams();
  };
}

/** The console keeps the streams that it found when it was first used; set to nothing it looks again. */
function forgetConsoleStreams(): void {
  const kept = console as unknown as { _stdout?: unknown; _stderr?: unknown };
  kept._stdout = undefined;
  kept._stderr = undefined;
}

class DescriptorWriter extends Writable {
  readonly fd: number;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      for (let written = 0; written < chunk.length; ) written += this.#writeSome(chunk, written);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #writeSome(chunk: Buffer, from: number): number {
    try {
      return writeSync(this.fd, chunk, from);
    } catch (error) {
      // Somebody else set the file to non-blocking: a full pipe is emptied sooner or later.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}
