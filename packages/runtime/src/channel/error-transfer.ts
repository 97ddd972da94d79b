import { types } from 'node:util';
import type { Payload } from '@mp/codec';
import type { CellReader, CellWriter, EncodedCell } from './cells.js';
import { encodeSnapshot, type Marshal } from './marshal.js';

/** An error told in words, for codecs that cannot carry it as it is. */
interface Description {
  readonly name: string;
  /** The built-in class nearest to its own. */
  readonly builtIn: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly properties: Record<string, unknown>;
  /** What could not travel, and why. */
  readonly omitted: readonly string[];
  readonly cause?: Told | undefined;
  readonly errors?: readonly Told[] | undefined;
}

/** A value as it is, or an error that is described. */
type Told = { readonly value: unknown } | { readonly error: Description };

/** Causes of causes are told so deep. */
const MAX_DEPTH = 20;

const FORM = { exact: 0, described: 1 } as const;

const builtIns: Record<string, new (message?: string) => Error> = {
  // A null prototype: names off the wire are looked up here.
  __proto__: null as never,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * Writes what a task threw: as it is, where the codec carries it, otherwise as a description of everything that can be
 * told. It never throws: an error that cannot travel must not become silence.
 */
export function writeError(writer: CellWriter, thrown: unknown, marshal: Marshal): void {
  const plain = plainText(thrown);
  writer.scalar(plain.name);
  writer.scalar(plain.message);
  writer.scalar(plain.stack);
  try {
    const payload = encodeSnapshot(marshal, thrown, 'error');
    writer.uint8(FORM.exact);
    writer.payload(payload);
  } catch {
    writer.uint8(FORM.described);
    writer.payload(encodeDescription(thrown, marshal));
  }
}

/** An error that arrived. It is revived when its turn comes, because that may fail on its own. */
export interface WrittenError {
  readonly plain: PlainText;
  readonly form: number;
  readonly payload: Payload;
}

/** What can be said of any thrown value. */
export interface PlainText {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Reads what {@link writeError} wrote. */
export function readError(reader: CellReader): WrittenError {
  const name = reader.cell() as string;
  const message = reader.cell() as string;
  const stack = reader.cell() as string | undefined;
  const form = reader.uint8();
  return { plain: { name, message, stack }, form, payload: reader.cell() as EncodedCell };
}

/**
 * The error itself, or the nearest to it that can be made here: never silence, and never an exception.
 */
export function reviveError({ plain, form, payload }: WrittenError, marshal: Marshal): unknown {
  try {
    const decoded = marshal.codec.decode(payload, marshal.context);
    return form === FORM.exact ? decoded : reviveTold(decoded as Told);
  } catch (problem) {
    const error = makeError(plain.name, plain.name, plain.message, plain.stack);
    Object.defineProperty(error, 'undecodable', { value: problem, configurable: true, writable: true });
    return error;
  }
}

function encodeDescription(thrown: unknown, marshal: Marshal): Payload {
  const canTravel = (value: unknown): string | undefined => {
    try {
      marshal.codec.encode(value, marshal.inBody);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  try {
    return encodeSnapshot(marshal, tell(thrown, canTravel, 0), 'error');
  } catch {
    const { name, message, stack } = plainText(thrown);
    const told: Told = { error: { name, builtIn: name, message, stack, properties: {}, omitted: [] } };
    return encodeSnapshot(marshal, told, 'error');
  }
}

function tell(thrown: unknown, canTravel: (value: unknown) => string | undefined, depth: number): Told {
  if (!types.isNativeError(thrown) && !(thrown instanceof Error)) {
    return canTravel(thrown) === undefined ? { value: thrown } : { value: String(plainText(thrown).message) };
  }
  if (canTravel(thrown) === undefined) return { value: thrown };
  const properties: Record<string, unknown> = {};
  const omitted: string[] = [];
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(thrown))) {
    if (['message', 'stack', 'cause', 'errors', 'name'].includes(key) || !('value' in descriptor)) continue;
    const problem = canTravel(descriptor.value);
    if (problem === undefined) properties[key] = descriptor.value;
    else omitted.push(`${key}: ${problem}`);
  }
  const { cause, errors } = thrown as Error & { errors?: unknown };
  const goesDeeper = depth < MAX_DEPTH;
  return {
    error: {
      ...plainText(thrown),
      builtIn: builtInName(thrown),
      properties,
      omitted,
      cause: goesDeeper && Object.hasOwn(thrown, 'cause') ? tell(cause, canTravel, depth + 1) : undefined,
      errors:
        goesDeeper && Array.isArray(errors) ? errors.map((error) => tell(error, canTravel, depth + 1)) : undefined,
    },
  };
}

function reviveTold(told: Told): unknown {
  if ('value' in told) return told.value;
  const { name, builtIn, message, stack, properties, cause, errors, omitted } = told.error;
  const error = makeError(name, errors === undefined ? builtIn : 'Error', message, stack);
  for (const [key, value] of Object.entries(properties)) define(error, key, value, true);
  if (cause !== undefined) define(error, 'cause', reviveTold(cause), false);
  if (errors !== undefined) define(error, 'errors', errors.map(reviveTold), false);
  if (omitted.length > 0) define(error, 'omitted', omitted, false);
  return error;
}

function makeError(name: string, builtIn: string, message: string, stack: string | undefined): Error {
  const error = new (builtIns[builtIn] ?? Error)(message);
  if (error.name !== name) define(error, 'name', name, false);
  if (stack !== undefined) define(error, 'stack', stack, false);
  return error;
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}

function builtInName(error: Error): string {
  let prototype: object | null = Object.getPrototypeOf(error);
  while (prototype !== null) {
    const name: unknown = Object.getOwnPropertyDescriptor(prototype, 'name')?.value;
    if (typeof name === 'string' && builtIns[name] !== undefined) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return 'Error';
}

function plainText(thrown: unknown): PlainText {
  try {
    if (thrown instanceof Error || types.isNativeError(thrown)) {
      const { name, message, stack } = thrown;
      return { name: String(name), message: String(message), stack: stack === undefined ? undefined : String(stack) };
    }
    return { name: 'Error', message: String(thrown), stack: undefined };
  } catch {
    // A getter or a `toString` of the user's that throws.
    return { name: 'Error', message: 'an error that throws when it is looked at', stack: undefined };
  }
}
