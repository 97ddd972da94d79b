// Turns events into `receive()`.

export interface Inbox {
  push(message: unknown): void;
  receive(): Promise<unknown>;
}

export function inbox(): Inbox {
  const arrived: unknown[] = [];
  let waiting: ((message: unknown) => void) | undefined;
  return {
    push: (message) => {
      if (waiting === undefined) arrived.push(message);
      else {
        const resolve = waiting;
        waiting = undefined;
        resolve(message);
      }
    },
    receive: () =>
      arrived.length > 0
        ? Promise.resolve(arrived.shift())
        : new Promise((resolve) => {
            waiting = resolve;
          }),
  };
}
