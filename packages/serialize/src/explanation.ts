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
  /**
   * Bytes that it takes with everything first met inside it. Records of one shape in an array are sized as if each were written
   * by itself; together they take less.
   */
  readonly bytes: number;
  /** Its largest parts, largest first. */
  readonly children: readonly SizeNode[];
}

/** A variable that a function uses from around it. */
export interface ExplainedVariable {
  readonly name: string;
  /** How it travels: its value is sent, or the other side finds it by name. */
  readonly by: 'value' | 'reference';
  /** V8's name of the scope that it is in: `Closure (outer)`, `Module`, `Block`. */
  readonly scope: string | undefined;
  /** The kind of its present value. */
  readonly kind: string;
  /** Bytes that its value takes with everything first met inside it; 0 where it was met elsewhere before. */
  readonly bytes: number;
  /** Whether the function assigns it. */
  readonly isAssigned: boolean;
}

/** A function or class in a value. */
export interface ExplainedFunction {
  readonly name: string;
  /** Its code is sent, or the other side imports it. */
  readonly by: 'value' | 'reference';
  /** What the other side imports: a URL or the name of a built-in, then the steps to it. */
  readonly from: string | undefined;
  /** `file:///project/src/jobs.js:3:7`; lines and columns count from 1. */
  readonly place: string | undefined;
  /** Characters of its text. */
  readonly length: number;
  /** What it captures. Nothing is sent of a function that goes by reference. */
  readonly variables: readonly ExplainedVariable[];
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
  /** Every function and class that was met, in the order of the walk. */
  readonly functions: readonly ExplainedFunction[];
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
