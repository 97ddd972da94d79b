'use strict';
const { parent } = require(process.env.BENCH_BTHREADS);
const tasks = require('./tasks.cjs');

// "A result must be [result, transferList]" where it is an array; other values are taken as they are.
for (const [name, task] of Object.entries(tasks)) {
  parent.hook(name, async (input) => {
    const result = task(input);
    return Array.isArray(result) ? [result, []] : result;
  });
}
