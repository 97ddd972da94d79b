import { SERIALIZE_ERROR_CODES as CODES } from '../serialize-error.js';

/** Why a part of a value cannot travel, before it is known where in the value the part is. */
export class Refusal {
  readonly code: string;
  readonly problem: string;
  /** The property that is the trouble, where it is not the object itself. */
  readonly key: string | symbol | undefined;
  readonly cause: unknown;

  constructor(code: string, problem: string, key?: string | symbol, cause?: unknown) {
    this.code = code;
    this.problem = problem;
    this.key = key;
    this.cause = cause;
  }
}

/** Says what a part is and why structured clone would not carry it as it is. */
export function refusal(what: string, why: string, key?: string | symbol): Refusal {
  return new Refusal(CODES.unsupported, `${what} cannot travel: ${why}`, key);
}
