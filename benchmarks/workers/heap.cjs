// A heap of so many megabytes, as a program has that has read its tables: many small objects. BENCH_HEAP_MB says how many.
'use strict';

// An object with a number and an array of two is 96 bytes or so.
const OBJECTS_PER_MB = 10_000;

exports.heap = Array.from({ length: Number(process.env.BENCH_HEAP_MB) * OBJECTS_PER_MB }, (_, i) => ({
  i,
  next: [i, i + 1],
}));
