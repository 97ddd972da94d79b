const toText = Function.prototype.toString;

/** Whether a function is compiled into the engine or the host (or bound): its text is no code. */
export function isNativeCode(fn: object): boolean {
  return toText.call(fn).endsWith('{ [native code] }');
}
