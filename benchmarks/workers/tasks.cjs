// What the workers of every pool are asked to do.
'use strict';

/** Keeps a processor busy for some milliseconds. */
function spin(ms) {
  const end = performance.now() + ms;
  let turns = 0;
  while (performance.now() < end) turns++;
  return turns > 0;
}

module.exports = {
  noop: (input) => input,
  increment: (input) => input + 1,
  echo: (input) => input,
  size: (input) => input.byteLength,
  spin,
};
