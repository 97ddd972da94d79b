/** What a child of a fork server was given. */
export interface ForkedContext {
  /** The child's end of its channel, where it has one: a connected unix stream socket. It belongs to the child. */
  readonly channelFd: number | undefined;
  /** The further descriptors that were asked for, in that order. They belong to the child. */
  readonly descriptors: readonly number[];
}

// On a registered symbol: the entry may load another copy of this package than the server did.
const key: unique symbol = Symbol.for('mp.native.forkedContext') as never;

/** What this process was given by the fork server that made it, or `undefined` where it was started otherwise. */
export function forkedContext(): ForkedContext | undefined {
  return (process as { [key]?: ForkedContext })[key];
}

/** Notes it, in the child. */
export function noteForkedChild(context: ForkedContext): void {
  Object.defineProperty(process, key, { value: Object.freeze(context), configurable: true });
}
