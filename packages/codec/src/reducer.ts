/** What a reducer may ask of either side. */
export interface ReductionContext {
  /** Whether the payload belongs to a session with one known peer, or may be read by anybody, later, and more than once. */
  readonly kind: 'one-shot' | 'session';
  /** Who is at the other end: {@link CodecContext.peer}, as the channel supplied it. */
  readonly peer: unknown;
}

/** What a reducer may ask of the encoding side. */
export interface ReduceContext extends ReductionContext {
  /**
   * Puts a resource that is not bytes (a descriptor, a port) beside the payload.
   *
   * @param resource - What the channel carries by its own means.
   * @param abandon - Called if the payload is never sent: because a later part of the value cannot travel, or through
   *   {@link Payload.abandon}. Closes what was opened for the journey.
   * @returns The index by which {@link ReviveContext.attachment} finds it on the other side.
   * @throws SerializeError with code `MP_ATTACHMENT` where the channel cannot carry attachments.
   */
  attach(resource: unknown, abandon?: () => void): number;
}

/** What a reducer may ask of the decoding side. */
export interface ReviveContext extends ReductionContext {
  /**
   * The resource that `attach` put beside the payload. Ownership passes to the reviver. What no reviver asked for,
   * because decoding failed before, stays with the channel, which closes it.
   *
   * @throws SerializeError with code `MP_DAMAGED` where the payload has no such attachment.
   */
  attachment(index: number): unknown;
}

/**
 * Makes one kind of object travel through any codec: the counterpart of Python's `copyreg`.
 *
 * The runtime's own handles (connections, queues, locks, shared memory, manager proxies) are
 * reducers. A revived handle acts (it connects, it unlinks), so reducers run only in payloads that
 * are trusted; see {@link Trust}.
 *
 * @typeParam T - The kind of object.
 * @typeParam D - What it is reduced to: any value that the codec carries. It may hold other reducible objects,
 *   but must not lead back to the object itself.
 */
export interface Reducer<T extends object = object, D = unknown> {
  /** Names the kind on the wire; unique in a context, at most 255 UTF-8 bytes: `mp.Queue`. */
  readonly tag: string;
  /**
   * Whether it is also asked of ArrayBuffers and of views of them, although their classes are built in: for memory that
   * other processes have too, and that must not be copied. A view that it takes travels as it says, and so must the
   * view's memory.
   *
   * @defaultValue false
   */
  readonly forMemory?: boolean;
  /**
   * The class whose constructor {@link Reducer.revive} runs also for objects of its subclasses, and not theirs. A codec that
   * carries private members then adds those of the subclasses.
   */
  readonly constructs?: abstract new (
    ...args: never[]
  ) => object;
  /**
   * Whether `value` is of this kind. Must not have side effects. It is asked of functions, of
   * proxies (decide by identity then, not by a property: a trap would run) and of objects that are neither plain data nor
   * of a built-in class; see also {@link Reducer.forMemory}.
   */
  test(value: object): value is T;
  /** Says what to send. Called once for each object in a payload, however often it occurs there. */
  reduce(value: T, context: ReduceContext): D;
  /** Makes the object again. */
  revive(data: D, context: ReviveContext): T;
}
