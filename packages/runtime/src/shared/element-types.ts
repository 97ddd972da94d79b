import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Any typed array of numbers. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Any typed array. */
export type TypedArray = NumberArray | BigInt64Array | BigUint64Array;

/** The typed array of each of Python's type codes. */
export interface ArraysByCode {
  readonly c: Uint8Array;
  readonly b: Int8Array;
  readonly B: Uint8Array;
  readonly h: Int16Array;
  readonly H: Uint16Array;
  readonly i: Int32Array;
  readonly I: Uint32Array;
  readonly l: BigInt64Array;
  readonly L: BigUint64Array;
  readonly q: BigInt64Array;
  readonly Q: BigUint64Array;
  readonly f: Float32Array;
  readonly d: Float64Array;
}

/** Python's codes of element types, as C on 64-bit Linux has them: `l` has 64 bits, and is a bigint. */
export type TypeCode = keyof ArraysByCode;

/** The class of a typed array. */
export type TypedArrayClass = abstract new (length: number) => TypedArray;

/** The type of an element: one of Python's codes, or the typed array's class. */
export type ElementType = TypeCode | TypedArrayClass;

/** The typed array of an element type. */
export type ArrayOf<T extends ElementType> = T extends TypeCode
  ? ArraysByCode[T]
  : T extends abstract new (
        length: number,
      ) => infer A
    ? A
    : never;

/** What an element is: a number, or a bigint where it has 64 bits. */
export type ElementOf<T extends ElementType> = ArrayOf<T> extends BigInt64Array | BigUint64Array ? bigint : number;

const BY_CODE: Readonly<Record<TypeCode, ArrayClass>> = {
  c: Uint8Array,
  b: Int8Array,
  B: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
};

/** A class of typed arrays, whichever it is. */
export interface ArrayClass {
  new (buffer: ArrayBuffer, offset: number, length: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

/** @throws ProcessError with code `MP_ARGUMENT` where there is no such type. */
export function arrayClassOf(type: ElementType): ArrayClass {
  const found: unknown = typeof type === 'string' ? Object.getOwnPropertyDescriptor(BY_CODE, type)?.value : type;
  if (Object.values(BY_CODE).includes(found as ArrayClass)) return found as ArrayClass;
  const given = typeof type === 'function' ? (type as { name: string }).name : JSON.stringify(type);
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `${given} is no type of a shared value. There are the codes ${Object.keys(BY_CODE).join(' ')} and the classes of typed arrays.`,
  );
}
