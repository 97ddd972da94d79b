import { closeDescriptor, createPipe, readDescriptor, setNonBlocking, WATCH_EVENTS, Watcher } from '@mp/native';

/** A pipe whose writing end is given to a child, and what came out of it. */
export interface CapturedOutput {
  readonly fd: number;
  /** Closes our copy of the writing end, and resolves with everything when the last writer has ended. */
  text(): Promise<string>;
}

/** Makes a pipe to be given to a child as a standard stream. */
export function captureOutput(): CapturedOutput {
  const [read, write] = createPipe();
  setNonBlocking(read, true);
  return {
    fd: write,
    text: () => {
      closeDescriptor(write);
      return readAll(read);
    },
  };
}

/** Reads a descriptor to its end and closes it. */
export function readAll(fd: number): Promise<string> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    const watcher = new Watcher(fd, () => {
      for (;;) {
        const part = Buffer.alloc(65536);
        const count = readDescriptor(fd, part);
        if (count < 0) return;
        if (count > 0) {
          parts.push(part.subarray(0, count));
          continue;
        }
        watcher.close();
        closeDescriptor(fd);
        resolve(Buffer.concat(parts).toString());
        return;
      }
    });
    watcher.watch(WATCH_EVENTS.readable | WATCH_EVENTS.disconnect);
  });
}
