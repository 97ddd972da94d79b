// The only door to @mp/native, which is optional: not installed, not built, or of no use on this system.
import { createRequire } from 'node:module';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

type Native = typeof import('@mp/native');

// A bundle in CommonJS has no `import.meta`.
const require = createRequire(import.meta.url ?? 'file:///bundle/');
let found: { readonly native: Native } | { readonly problem: string } | undefined;

/** Why the native part cannot be used here, or `undefined` where it can. */
export function nativeProblem(): string | undefined {
  const answer = find();
  return 'problem' in answer ? answer.problem : undefined;
}

/** The native part. @throws ProcessError where it cannot be used here. */
export function requireNative(): Native {
  const answer = find();
  if ('native' in answer) return answer.native;
  throw new ProcessError(PROCESS_ERROR_CODES.start, `@mp/native is needed for this, and it ${answer.problem}.`);
}

/**
 * Maps an open file into memory without loading all of the native part.
 *
 * @returns Undefined where it cannot be used here, or maps no files.
 */
export function mapFile(descriptor: number): ArrayBuffer | undefined {
  try {
    return (require('@mp/native/mapping') as typeof import('@mp/native/mapping')).mapFile(descriptor);
  } catch {
    return undefined;
  }
}

function find(): NonNullable<typeof found> {
  found ??= load();
  return found;
}

function load(): NonNullable<typeof found> {
  let native: Native;
  try {
    native = require('@mp/native') as Native;
  } catch (error) {
    return { problem: `cannot be loaded: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}` };
  }
  const support = native.nativeSupport();
  return support.available ? { native } : { problem: `is not available: ${support.reason}` };
}
