/** What a {@link Transport} tells its owner. */
export interface TransportListener {
  /** Bytes arrived. They are not written over later, and may be kept. */
  onData(chunk: Uint8Array): void;
  /** After {@link Transport.write} answered false: there is room again. */
  onDrain(): void;
  /** Nothing will arrive any more. Called once, after the last data; with an error unless the other end closed in order. */
  onEnd(error: Error | undefined): void;
}

/**
 * A duplex stream of bytes between two ends: a socket, a pipe, a message port.
 *
 * It knows nothing of messages, and its two ends may be in one process, two threads or two machines.
 */
export interface Transport {
  /** Begins to deliver. Called once. */
  open(listener: TransportListener): void;
  /**
   * Writes chunks in order. Their memory belongs to the transport until `done` is called.
   *
   * @param done - Called when the transport needs the memory no more.
   * @returns Whether more may be written without {@link TransportListener.onDrain}.
   */
  write(chunks: readonly Uint8Array[], done?: () => void): boolean;
  /** Ends our direction after everything that was written; the other one goes on. */
  end(): void;
  /** Ends both directions at once; what was not written is lost. */
  destroy(): void;
  /** Stops delivering, so that the other end's writes wait. */
  pause(): void;
  /** Delivers again. */
  resume(): void;
  /** Keeps the process alive while the transport is open. The default. */
  ref(): void;
  /** Does not keep the process alive. */
  unref(): void;
}
