import { formatStep, type Payload, SerializeError } from '@mp/codec';
import { explainFunctions, renderFunction } from './explain-functions.js';
import type { ExplainedFunction, Explanation, Problem, SizeNode } from './explanation.js';
import type { WalkObserver } from './graph/walk-context.js';
import { brandOf } from './kinds/index.js';
import { type EncodeSettings, MessageEncoder } from './message/encode.js';
import { partsOf } from './message/locate.js';
import { types } from './model/platform.js';

/** An object as the walk wrote it. */
interface Written {
  readonly object: object;
  readonly start: number;
  end: number;
  readonly children: Written[];
}

/** Children of one object that are listed. */
const MAX_CHILDREN = 20;
/** Levels that are listed. */
const MAX_LEVELS = 12;

/** Walks a value as encoding does, goes on where something cannot travel, and tells what it saw. */
export function explainValue(value: unknown, settings: EncodeSettings, root: string): Explanation {
  const top: Written = { object: {}, start: 0, end: 0, children: [] };
  const stack: Written[] = [top];
  const sizeOfObject = new Map<object, number>();
  const problems: Problem[] = [];
  const observer: WalkObserver = {
    enter(object, position) {
      const written: Written = { object, start: position, end: position, children: [] };
      stack.at(-1)!.children.push(written);
      stack.push(written);
    },
    leave(position) {
      const written = stack.pop()!;
      written.end = position;
      sizeOfObject.set(written.object, size(written));
    },
    problem(error) {
      problems.push(toProblem(encoder.explain(error), root));
    },
  };
  const encoder = new MessageEncoder({ ...settings, observer }, false);
  const looked = encoder.encode(value, root, undefined);
  // Nobody looks on when records are written together.
  const sent = problems.length > 0 ? looked : new MessageEncoder(settings, false).encode(value, root, undefined);
  const bytes = sizeOfPayload(sent);
  const [first] = top.children;
  const sizes: SizeNode =
    first === undefined
      ? { step: root, kind: value === null ? 'null' : typeof value, bytes, children: [] }
      : { ...sizeOf(first, root, 0), bytes };
  const functions = explainFunctions(settings.engine, sizeOfObject, kindOf);
  return {
    serializable: problems.length === 0,
    problems,
    bytes,
    sizes,
    functions,
    toString: () => render(problems, sizes, functions),
  };
}

function sizeOfPayload({ body, buffers }: Payload): number {
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, body.byteLength);
}

function toProblem(error: unknown, root: string): Problem {
  if (error instanceof SerializeError) return { path: error.path ?? root, code: error.code, message: error.message };
  throw error;
}

function sizeOf(written: Written, step: string, level: number): SizeNode {
  const largest =
    level < MAX_LEVELS ? [...written.children].sort((a, b) => size(b) - size(a)).slice(0, MAX_CHILDREN) : [];
  const steps = stepsOf(written.object, new Set(largest.map(({ object }) => object)));
  return {
    step,
    kind: kindOf(written.object),
    bytes: size(written),
    children: largest.map((child) => sizeOf(child, steps.get(child.object) ?? '.<inside>', level + 1)),
  };
}

function size({ start, end }: Written): number {
  return end - start;
}

function stepsOf(object: object, wanted: ReadonlySet<object>): Map<object, string> {
  const steps = new Map<object, string>();
  if (wanted.size === 0) return steps;
  for (const [step, part] of partsOf(object, () => [])) {
    if (wanted.has(part as object) && !steps.has(part as object)) steps.set(part as object, formatStep(step));
  }
  return steps;
}

function kindOf(object: object): string {
  if (types?.isProxy(object) === true) return 'Proxy';
  if (typeof object === 'function') return 'function';
  const kind = brandOf(object);
  if (kind !== undefined) return kind.name;
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null) return 'null-prototype object';
  const owner: unknown =
    types?.isProxy(prototype) === true ? undefined : Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof owner === 'function' && types?.isProxy(owner) !== true
    ? String(Object.getOwnPropertyDescriptor(owner, 'name')?.value ?? 'Object')
    : 'Object';
}

function render(problems: readonly Problem[], sizes: SizeNode, functions: readonly ExplainedFunction[]): string {
  const lines: string[] = [];
  const line = (node: SizeNode, indent: string): void => {
    lines.push(`${indent}${node.step}  ${node.kind}  ${node.bytes} bytes`);
    for (const child of node.children) line(child, `${indent}  `);
  };
  line(sizes, '');
  for (const fn of functions) lines.push(...renderFunction(fn));
  for (const problem of problems) lines.push(`${problem.code}: ${problem.message}`);
  return lines.join('\n');
}
