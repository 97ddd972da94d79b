import { SERIALIZE_ERROR_CODES as CODES, SerializeError, type SerializeErrorCode } from '@mp/codec';

/** Why a part of a value cannot travel. The path is found afterwards: keeping it while walking would cost every value. */
export class Refusal extends Error {
  /** The part. */
  readonly target: unknown;
  /** What it is and why it cannot travel. */
  readonly what: string;
  /** What to do instead. */
  readonly instead: string;
  /** The error's code. */
  readonly code: SerializeErrorCode | (string & {});

  constructor(
    target: unknown,
    what: string,
    instead: string,
    code: SerializeErrorCode | (string & {}) = CODES.unsupported,
    cause?: unknown,
  ) {
    super(what, cause === undefined ? undefined : { cause });
    this.target = target;
    this.what = what;
    this.instead = instead;
    this.code = code;
  }

  /**
   * The error for the user, when the path is known.
   *
   * @param note - What else there is to say about the path.
   */
  toError(path: string, note?: string): SerializeError {
    return new SerializeError(
      this.code,
      `${path} cannot be serialized: ${this.what}.${note === undefined ? '' : `\n${note}`}${this.instead === '' ? '' : `\n${this.instead}`}`,
      this.cause === undefined ? { path } : { path, cause: this.cause },
    );
  }
}
