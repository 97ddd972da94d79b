// What a goal is.

/** A number of a peer in a case. */
export interface Figure {
  readonly suite: string;
  readonly case: string;
  readonly metric: string;
  readonly peer: string;
}

/** One goal. */
export interface Target {
  readonly id: string;
  /** The goal in words. */
  readonly text: string;
  readonly ours: Figure;
  /**
   * What we are compared with: other peers in the same case, of which the best counts. The ratio is how many
   * times better we are. Absent where the goal is a number of its own.
   */
  readonly against?: readonly string[];
  /** What we are compared with where it is not in the same case: the ratio is to this figure. */
  readonly than?: Figure;
  /** The ratio, or the number, that must be reached. */
  readonly atLeast?: number;
  /** The number that must not be passed. */
  readonly atMost?: number;
}
