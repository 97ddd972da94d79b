/** Memory for one block, and behind it for the sums of several. */
export interface BlockSums {
  readonly bytes: Uint8Array;
  /** Where the sums of the first block go. */
  readonly sumsFrom: number;
  /** Where the last ones must end. */
  readonly sumsEnd: number;
  /** Sums the block at the beginning of {@link bytes}; the sums are written to `at`. */
  sum(at: number): void;
}

/**
 * The sums of a block as a WebAssembly module, written in its instructions: four columns at a time in a vector of 128 bits,
 * four times as fast as zlib's CRC-32 of the same bytes.
 *
 * The encoding is that of the WebAssembly specification, 5 (binary format); 5.4.6 for the vector instructions.
 */
export function compileBlockSums(): BlockSums | undefined {
  const host = (globalThis as { WebAssembly?: Host }).WebAssembly;
  if (host === undefined) return undefined;
  try {
    const { memory, sum } = new host.Instance(new host.Module(new Uint8Array(moduleBytes()))).exports;
    const bytes = new Uint8Array(memory.buffer);
    return { bytes, sumsFrom: BLOCK, sumsEnd: BLOCK + 128 * Math.floor((bytes.length - BLOCK) / 128), sum };
  } catch {
    // No vectors, no address space for the memory, or a content security policy: plain JavaScript does it.
    return undefined;
  }
}

interface Host {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly sum: (at: number) => void } };
}

const BLOCK = 16_384;
const VECTOR = 16;
/** Vectors in a row, and rows in a turn of the loop. */
const VECTORS = 4;
const ROWS = 2;

type Code = readonly number[];

// Variables: where the sums go (the parameter), where the next row is, and the sums.
const TARGET = 0;
const ROW = 1;
const a = (vector: number): number => 2 + vector;
const b = (vector: number): number => 2 + VECTORS + vector;

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const LOOP = [0x03, 0x40];
const BRANCH_IF = [0x0d, 0];
const I32_ADD = 0x6a;
const I32_LESS = 0x49;
const VECTOR_OF_ZEROS = [...vector(12), ...new Array<number>(VECTOR).fill(0)];
const SHIFT_LEFT = vector(0xab);
const SHIFT_RIGHT = vector(0xad);
const OR = vector(80);
const ADD = vector(0xae);
const get = (variable: number): Code => [0x20, variable];
const set = (variable: number): Code => [0x21, variable];
const tee = (variable: number): Code => [0x22, variable];
const constant = (value: number): Code => [0x41, ...signed(value)];
const load = (offset: number): Code => [...vector(0), 0, ...unsigned(offset)];
const store = (offset: number): Code => [...vector(11), 0, ...unsigned(offset)];

function sumFunction(): Code {
  const code: number[] = [];
  for (let i = 0; i < VECTORS; i++) code.push(...VECTOR_OF_ZEROS, ...set(a(i)), ...VECTOR_OF_ZEROS, ...set(b(i)));
  code.push(...LOOP);
  for (let row = 0; row < ROWS; row++) {
    for (let i = 0; i < VECTORS; i++) {
      if (row === 0) code.push(...turned(a(i)));
      else code.push(...get(a(i)));
      code.push(...get(ROW), ...load((row * VECTORS + i) * VECTOR), ...ADD, ...tee(a(i)));
      code.push(...get(b(i)), ...ADD, ...set(b(i)));
    }
  }
  code.push(...get(ROW), ...constant(ROWS * VECTORS * VECTOR), I32_ADD, ...tee(ROW), ...constant(BLOCK), I32_LESS);
  code.push(...BRANCH_IF, END);
  for (let i = 0; i < VECTORS; i++) {
    code.push(...get(TARGET), ...get(a(i)), ...store(i * 2 * VECTOR));
    code.push(...get(TARGET), ...get(b(i)), ...store((i * 2 + 1) * VECTOR));
  }
  return [
    ...list([
      [1, I32],
      [VECTORS * 2, V128],
    ]),
    ...code,
    END,
  ];
}

function turned(variable: number): Code {
  return [...get(variable), ...constant(5), ...SHIFT_LEFT, ...get(variable), ...constant(27), ...SHIFT_RIGHT, ...OR];
}

/** One page of memory and the function, both exported. */
function moduleBytes(): Code {
  const body = sumFunction();
  return [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list([[I32]]), ...list([])]])),
    ...section(3, list([[0]])),
    ...section(5, list([[0, 1]])),
    ...section(
      7,
      list([
        [...name('memory'), 2, 0],
        [...name('sum'), 0, 0],
      ]),
    ),
    ...section(10, list([[...unsigned(body.length), ...body]])),
  ];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): Code {
  return list(Array.from(text, (character) => [character.charCodeAt(0)]));
}

function vector(instruction: number): Code {
  return [0xfd, ...unsigned(instruction)];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a signed number that is not negative. */
function signed(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
