const settled = Promise.resolve();

/**
 * Calls a function after what runs now, as `queueMicrotask` does, which in Node makes an AsyncResource for each call: a tenth
 * of what a small task costs. An error that it throws is an unhandled rejection.
 */
export function runSoon(callback: () => void): void {
  settled.then(callback);
}
