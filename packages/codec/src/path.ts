const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * One step from a value into a part of it.
 *
 * A string, number or symbol is a property key. `{ call }` is a step that no key expresses, already
 * written as code: `.get("k")`, `.[[Prototype]]`.
 */
export type PathStep = string | number | symbol | { readonly call: string };

/**
 * Writes a path the way code would reach it: `args[0].config["a-b"]`.
 *
 * @param root - The name of the value itself.
 * @param steps - From the value inwards.
 */
export function formatPath(root: string, steps: readonly PathStep[]): string {
  let text = root;
  for (const step of steps) text += formatStep(step);
  return text;
}

/** Writes one step of a path: `[0]`, `.name`, `["a-b"]`, `[Symbol(tag)]`. */
export function formatStep(step: PathStep): string {
  switch (typeof step) {
    case 'number':
      return `[${step}]`;
    case 'symbol':
      return `[${String(step)}]`;
    case 'string':
      return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    default:
      return step.call;
  }
}
