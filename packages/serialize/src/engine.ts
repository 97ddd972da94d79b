import { createCodeEngine } from './code.js';
import type { CodeEngine } from './message/engine.js';

/** The code engine of this host. */
export const engine: CodeEngine = createCodeEngine();
