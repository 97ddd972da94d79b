// What a goal is.

/** A number of a peer in a case. */
export interface Figure {
  readonly suite: string;
  readonly case: string;
  readonly metric: string;
  readonly peer: string;
}

/** What every goal has. */
interface Named {
  readonly id: string;
  /** The goal in words. */
  readonly text: string;
  /** The first major version of Node that the goal is of. @defaultValue all */
  readonly fromNode?: number;
  /** The major version of Node from which on the goal is another one. @defaultValue none */
  readonly beforeNode?: number;
}

/** A goal for one figure. */
export interface FigureTarget extends Named {
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
  /** That there is a number at all: what is asked for goes through, and the result is right. */
  readonly goesThrough?: true;
}

/** A goal for many figures together: how many of these targets reach a ratio. */
export interface ShareTarget extends Named {
  /** Ids of other targets. */
  readonly among: readonly string[];
  readonly reach: number;
  /** The share of them that must, from 0 to 1. */
  readonly share: number;
}

export type Target = FigureTarget | ShareTarget;
