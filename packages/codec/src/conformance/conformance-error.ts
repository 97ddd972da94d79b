import { defineName, MpError } from '../error.js';

/** A codec broke a rule of the contract. */
export class ConformanceError extends MpError {
  /** The rule, as {@link ConformanceCase.rule} has it. */
  readonly rule: string;

  /**
   * @param rule - The rule that was broken.
   * @param problem - What was done, what was expected and what happened.
   * @param cause - What was thrown, if something was.
   */
  constructor(rule: string, problem: string, cause?: unknown) {
    super('MP_CONFORMANCE', `Rule broken: ${rule}.\n${problem}`, cause === undefined ? {} : { cause });
    this.rule = rule;
  }

  static {
    defineName(ConformanceError, 'ConformanceError');
  }
}
