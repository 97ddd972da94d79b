/** Kinds that the walk itself knows: what may come with an object of any kind, and what needs a port. */
export const FRAME = {
  /** Flags; then the object without what the flags say; then what they say. See {@link DECORATION}. */
  decorated: 0,
  /** An ordinary object whose properties have attributes of their own. */
  object: 1,
  /** What a reducer made of an object: its tag and the data. */
  reduced: 2,
  /** An array by indices: its length, and index and value in turns. */
  sparse: 3,
  /** A proxy: target and handler. */
  proxy: 4,
  /** A bound function: target, `this` and arguments. */
  bound: 5,
  /** A revoked proxy: whether it is a function. */
  revoked: 6,
  /** The function that revokes a proxy: 0 where it did, else 1 and the proxy. */
  revoker: 7,
} as const;

/** Flags of {@link FRAME.decorated}, in the order in which the parts follow. */
export const DECORATION = {
  /** A prototype that is not the kind's own. */
  prototype: 1,
  /** Own properties. */
  properties: 2,
  /** Private members: the number of what the code engine wrote about them, and their values. */
  privates: 4,
  /** What the object's own method made of it, to be given back to the object. */
  state: 8,
  /** No longer extensible. */
  fixed: 16,
  /** Sealed. */
  sealed: 32,
  /** Frozen. */
  frozen: 64,
  /** Properties, private members and state come after the value, in the order of what was put off. */
  late: 128,
} as const;

/** Attributes of a property. */
export const ATTRIBUTE = { enumerable: 1, writable: 2, configurable: 4, accessor: 8 } as const;

/** Attributes of a property that was made by assignment. */
export const PLAIN_ATTRIBUTES = 7;
