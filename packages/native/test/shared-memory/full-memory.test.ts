import { runWithSmallMemory, smallMemoryProblem } from '../support/small-memory.js';

// A mount namespace needs the right to make one: where it is missing, the name says so.
const problem = smallMemoryProblem();
const title = problem === undefined ? '' : ` (skipped: ${problem})`;

(problem === undefined ? test : test.skip)(
  `a full /dev/shm is an error at creation, never SIGBUS, and has room again when something is closed${title}`,
  async () => {
    const { output, code, signal } = await runWithSmallMemory('full-memory.mjs');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    // 100 kB are 25 pages: ten such segments fit in 256.
    expect(JSON.parse(output)).toEqual({
      refusals: ['MP_SYSTEM_CALL ENOSPC posix_fallocate', 'MP_SYSTEM_CALL ENOSPC posix_fallocate'],
      count: 10,
      left: [],
    });
  },
);
