// How an adapter says that there will be no number.
import type { Failure, Outcome } from './model.js';

/** Thrown by adapters and runners where a sample ends without a number. */
export class NoNumber extends Error {
  readonly status: Failure;

  constructor(status: Failure, detail: string) {
    super(detail);
    this.name = 'NoNumber';
    this.status = status;
  }
}

/** Runs a sample; a `NoNumber` becomes its outcome, any other error a failure. */
export async function outcomeOf(sample: () => Promise<Readonly<Record<string, number>>>): Promise<Outcome> {
  try {
    return { status: 'ok', values: await sample() };
  } catch (error) {
    if (error instanceof NoNumber) return { status: error.status, detail: error.message };
    return { status: 'failed', detail: brief(error) };
  }
}

/** The result of an operation of a peer; what it throws means that the peer cannot. */
export async function orCannot<T>(what: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof NoNumber) throw error;
    throw new NoNumber('cannot', `${what}: ${brief(error)}`);
  }
}

/** An error in one line. */
export function brief(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 240);
}
