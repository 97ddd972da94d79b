// The nouns of the harness. A suite has cases and peers; a sample is one peer doing one case in a process of its own;
// a report is what all samples say together.

/** How a number is to be read. */
export type Unit = 'µs' | 'ms' | 'bytes' | 'MB' | '/s' | 'MB/s' | '%';

/** One number that a sample of a case yields. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Which way is better. A ratio is always turned so that more than 1 means better than the baseline. */
  readonly better: 'lower' | 'higher';
  /** Shown without a ratio: against what comes with Node, the price of an import is no comparison. */
  readonly alone?: true;
}

/** One library in one way of using it. */
export interface Peer {
  readonly id: string;
  readonly title: string;
  /** The npm package whose version the report states; nothing for what comes with Node or Python. */
  readonly package?: string;
  /** How it is used here, in one sentence, so that its authors can object. */
  readonly use: string;
  /** Whether it is one of ours. */
  readonly ours?: true;
  /** The program that runs its samples. @defaultValue 'node' */
  readonly program?: 'node' | 'python';
}

/** A place on a scaling curve: cases with the same curve are one line per peer in the report. */
export interface CurvePoint {
  readonly curve: string;
  readonly title: string;
  readonly axis: string;
  readonly x: number;
}

/** One thing that every peer of the suite is asked to do. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** The peer that ratios are against. */
  readonly baseline: string;
  /** The peers that the case is about, where not all of the suite. */
  readonly peers?: readonly string[];
  readonly curve?: CurvePoint;
  /** After how many milliseconds a sample counts as too slow. */
  readonly timeoutMs: number;
  /** Whether the sample and all that it starts are bound to one processor, where the system can do that. */
  readonly pinned?: boolean;
  /** Left out unless `--size full` or `--case` asks for it. */
  readonly onlyFull?: boolean;
  /** Peers that take part only with `--size full`, or where `--peers` asks for them: they would take minutes. */
  readonly fullPeers?: readonly string[];
  /** How many samples are taken of each peer at most: for what takes long and says the same each time. */
  readonly maxPasses?: number;
}

/** A set of cases with the peers that take them. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  /** What is measured and how, for the head of the suite in the report. */
  readonly method: string;
  readonly peers: readonly Peer[];
  readonly cases: readonly Case[];
  /** Loads what runs a sample; called only inside the sample's process. */
  readonly runner: () => Promise<SampleRunner>;
}

/** How much work a sample does. */
export interface Budget {
  readonly size: Size;
  /** For how long each operation is repeated, in milliseconds. */
  readonly timeMs: number;
  /** Whether the fast repetitions of a sample count, and not the median: for comparing two builds. */
  readonly fast?: true;
}

/** `small` only shows that everything works; `full` takes as long as it takes. */
export type Size = 'small' | 'default' | 'full';

/** Runs one case with one peer in the present process. */
export type SampleRunner = (caseId: string, peerId: string, budget: Budget) => Promise<Outcome>;

/** Why there is no number. */
export type Failure =
  /** The peer says that it cannot. */
  | 'cannot'
  /** The result differs from the original, without an error. */
  | 'wrong'
  /** It did not end in time. */
  | 'slow'
  /** The process died, or something threw that should not. */
  | 'failed'
  /** It is not on this machine, not written yet, or the time was up before its turn. */
  | 'unavailable';

/** What a sample yields: a number for each metric, or the reason why there is none. */
export type Outcome =
  | { readonly status: 'ok'; readonly values: Readonly<Record<string, number>> }
  | { readonly status: Failure; readonly detail: string };

/** What a fresh process is asked to measure. */
export interface SampleRequest {
  readonly suite: string;
  readonly case: string;
  readonly peer: string;
  readonly budget: Budget;
  /** Where the packages of ours are taken from, when two builds are compared. */
  readonly root?: string;
}

/** A number with its spread over fresh processes. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What all samples of one peer say about one metric of a case. */
export interface Measurement extends Estimate {
  /** One number for each pass, by its index; `null` where the pass has none. */
  readonly samples: readonly (number | null)[];
  /** Against the baseline, pass by pass; more than 1 is better. Absent for the baseline itself and without one. */
  readonly ratio?: Estimate;
}

/** One line of a table: a peer in a case. */
export interface Row {
  readonly peer: string;
  readonly status: 'ok' | Failure;
  readonly detail?: string;
  readonly measurements: Readonly<Record<string, Measurement>>;
}

export interface CaseReport extends Omit<Case, 'peers' | 'timeoutMs' | 'onlyFull' | 'fullPeers' | 'maxPasses'> {
  readonly rows: readonly Row[];
}

export interface PeerReport extends Peer {
  readonly version: string;
}

export interface SuiteReport {
  readonly id: string;
  readonly title: string;
  readonly method: string;
  readonly peers: readonly PeerReport[];
  readonly cases: readonly CaseReport[];
}
