import type { LoadedSource } from './registry.js';
import type { Rewritten } from './rewrite.js';

/** A comment that maps columns of the instrumented text to those of the original. */
export function mapColumns(_loaded: LoadedSource, _rewritten: Rewritten): string {
  return '';
}
