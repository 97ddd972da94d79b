/** `node:crypto`, loaded when it is first needed: a worker that only computes never does, and loading it takes 4 ms. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
