interface Followers {
  readonly listeners: Set<() => void>;
  /** Ends the one subscription. */
  readonly leave: () => void;
}

const followed = new WeakMap<AbortSignal, Followers>();

/**
 * Calls a function when a signal is aborted. A signal has one listener of ours however many calls share it: Node warns of a
 * leak from the eleventh, and looks through all of them for each that goes.
 *
 * @returns A function that ends that.
 */
export function onceAborted(signal: AbortSignal, listener: () => void): () => void {
  const { listeners, leave } = followed.get(signal) ?? follow(signal);
  // The same function may be given twice.
  const call = () => listener();
  listeners.add(call);
  return () => {
    if (listeners.delete(call) && listeners.size === 0) leave();
  };
}

function follow(signal: AbortSignal): Followers {
  const listeners = new Set<() => void>();
  const tell = () => {
    followed.delete(signal);
    for (const listener of listeners) {
      // One that fails keeps none of the others from hearing of it, as with listeners of an EventTarget.
      try {
        listener();
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  };
  const leave = () => {
    followed.delete(signal);
    signal.removeEventListener('abort', tell);
  };
  signal.addEventListener('abort', tell, { once: true });
  const followers = { listeners, leave };
  followed.set(signal, followers);
  return followers;
}
