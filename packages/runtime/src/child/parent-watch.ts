import { family } from '../platform/family.js';

/**
 * The channel to the parent has ended, which happens only when the parent is gone: so does this process, after those
 * who asked were told, and with its exit handlers. A process too busy to come here is ended from outside (`launch/watchdog.ts`).
 */
export function followParent(): void {
  const place = family();
  if (place.isParentGone) return;
  place.isParentGone = true;
  for (const listener of place.parentGone) listener();
  process.exit(1);
}
