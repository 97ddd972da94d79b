// The same as ES module exports, for piscina and tinypool.
import tasks from './tasks.cjs';

export const { noop, increment, echo, size, spin } = tasks;
