/**
 * Lets SIGUSR1 start the inspector in a forked child, as in any Node process: the thread that waits for the signal
 * was not copied. Like Node's own, it gives way to a listener of the program.
 */
export function answerDebugSignal(): void {
  process.on('SIGUSR1', () => {
    // A Node that was built without the inspector has no such module.
    const inspector = process.getBuiltinModule('node:inspector');
    if (process.listenerCount('SIGUSR1') === 1 && inspector?.url() === undefined) inspector?.open(0);
  });
}
