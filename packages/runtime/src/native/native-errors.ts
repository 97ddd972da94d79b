import { PROCESS_ERROR_CODES, ProcessError, TimeoutError } from '../protocol/errors.js';

/** An error of @mp/native as this package's users know it: with the class that belongs to its code. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'NativeError') return error;
  const { code, message } = error as Error & { code: string };
  if (code === PROCESS_ERROR_CODES.timeout) return new TimeoutError(message, { cause: error });
  return new ProcessError(code, message, { cause: error });
}

/** Calls something of @mp/native. @throws What it threw, translated. */
export function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw translateError(error);
  }
}

/** Awaits something of @mp/native. @throws What it threw, translated. */
export async function translatedLater<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateError(error);
  }
}
