/** A part of a value that cannot travel. */
export interface Problem {
  /** Where it is, as code would reach it. */
  readonly path: string;
  /** The code that the error would have. */
  readonly code: string;
  /** What it is and why it cannot travel, and what to do instead. */
  readonly message: string;
}

/** Where the bytes of a value go. */
export interface SizeNode {
  /** The step from the object that holds it, as code: `.config`, `[0]`. The name of the value itself at the root. */
  readonly step: string;
  /** The kind of object. */
  readonly kind: string;
  /** Bytes that it takes with everything first met inside it. */
  readonly bytes: number;
  /** Its largest parts, largest first. */
  readonly children: readonly SizeNode[];
}

/** What `explain` found out about a value. */
export interface Explanation {
  /** Whether the whole value can travel. */
  readonly serializable: boolean;
  /** Everything in it that cannot. */
  readonly problems: readonly Problem[];
  /** Bytes that the rest takes. */
  readonly bytes: number;
  /** Where they go. */
  readonly sizes: SizeNode;
  /** The same as text, for people. */
  toString(): string;
}

/** An object as the walk wrote it. */
export interface SizeRecord {
  readonly object: object;
  readonly start: number;
  end: number;
  readonly children: SizeRecord[];
}
