import type { ExplainedFunction } from './explanation.js';
import type { CodeEngine } from './message/engine.js';
import type { AnyFunction } from './model/ports.js';

/**
 * Tells what the functions of a value capture.
 *
 * @param written - The objects that were written, and how many bytes each took with what was first met inside it.
 * @param kindOf - Names the kind of an object.
 */
export function explainFunctions(
  engine: CodeEngine,
  written: ReadonlyMap<object, number>,
  kindOf: (object: object) => string,
): readonly ExplainedFunction[] {
  const explained: ExplainedFunction[] = [];
  for (const object of written.keys()) {
    if (typeof object !== 'function') continue;
    const found = engine.describe?.(object as AnyFunction);
    if (found === undefined) continue;
    const { name, reference, place, length, variables } = found;
    explained.push({
      name,
      by: reference === undefined ? 'value' : 'reference',
      from: reference,
      place,
      length,
      variables: variables.map((variable) => {
        const { value } = variable;
        const isPart = (typeof value === 'object' && value !== null) || typeof value === 'function';
        // Some objects have a name, and are written all the same, with parts that go by name.
        const isReference = variable.isReference && (typeof value === 'function' || !written.has(value as object));
        return {
          name: variable.name,
          by: isReference ? 'reference' : 'value',
          scope: variable.scope,
          kind: isPart ? kindOf(value) : value === null ? 'null' : typeof value,
          bytes: isReference ? 0 : isPart ? (written.get(value) ?? 0) : bytesOf(value),
          isAssigned: variable.isAssigned,
        };
      }),
    });
  }
  return explained;
}

/** About what a primitive takes on the wire. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length + (value.length < 32 ? 1 : 3);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 5 : 9;
  return typeof value === 'bigint' ? 9 : 1;
}

/** A function as lines of text. */
export function renderFunction({ name, by, from, place, length, variables }: ExplainedFunction): readonly string[] {
  const what = name === '' ? 'an anonymous function' : name;
  const how = by === 'reference' ? `by reference: ${from}` : `by value, ${length} characters`;
  return [
    `${what}${place === undefined ? '' : ` (${place})`}  ${how}`,
    ...variables.map(
      (one) =>
        `  ${one.name}  ${one.kind}  ${one.by === 'reference' ? 'by reference' : `${one.bytes} bytes`}` +
        `${one.scope === undefined ? '' : `  from ${one.scope}`}${one.isAssigned ? ', which it assigns' : ''}`,
    ),
  ];
}
