import { type CodeEngine, NO_CODE } from './message/engine.js';

/** The code engine of this host. */
export const engine: CodeEngine = NO_CODE;
