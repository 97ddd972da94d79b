// The goals that were set before anything was built. The report shows each with where we stand.
import { functionTargets } from './function-targets.js';
import { poolTargets } from './pool-targets.js';
import { processTargets } from './process-targets.js';
import { syncTargets } from './sync-targets.js';
import type { Target } from './target.js';
import { serializeTargets } from './value-targets.js';

export const targets: readonly Target[] = [
  ...serializeTargets,
  ...functionTargets,
  ...poolTargets,
  ...processTargets,
  ...syncTargets,
];
