/**
 * The tokens of the wire format beyond plain MessagePack. `docs/format.md` describes them.
 *
 * Every token is a well-formed MessagePack object. Extension types 0, 66, 98 and 101 to 120 are left alone:
 * msgpackr gives them meanings of its own.
 */
export const EXT = {
  /** The object with this ordinal, met before. */
  reference: 1,
  /** A new record shape: its number of keys; the keys, the prototype and the first record's values follow. */
  shape: 2,
  /** A record of a shape whose id does not fit into the byte range 0x40 to 0x7f. */
  record: 3,
  /** `undefined`, a hole, a deferred object's place: see {@link SIMPLE}. */
  simple: 4,
  /** An integer of more than 64 bits: a sign byte and the magnitude, little-endian. */
  bigint: 5,
  /** A string as UTF-16, little-endian. */
  utf16: 6,
  /** A string as Latin-1. */
  latin1: 7,
  /** An array of numbers, all of one width: the width's code, padding, and the numbers, little-endian. */
  numbers: 8,
  /** An array of short strings in Latin-1: their lengths and their bytes. */
  strings: 9,
  /** An array of plain dates: padding, and the times as 64-bit floats. */
  dates: 10,
  /** A date: its time as a 64-bit float. */
  date: 11,
  /** A Set; its size. */
  set: 12,
  /** An object of another kind: the kind's code. What follows is the kind's own. */
  kind: 13,
  /** The shell of an object whose content comes later: the code of what to allocate, and its size. */
  shell: 14,
  /** A function of the function table, by index. */
  function: 15,
  /** The `prototype` object of a function of the table, by index. */
  prototypeOf: 16,
  /** A value of the reference table, by index. */
  named: 17,
  /** A symbol of the symbol table, by index. */
  symbol: 18,
  /** An object with many keys: their number. Keys and values alternate. */
  dictionary: 19,
  /** A string of the session, or of the payload, by index. */
  text: 20,
  /** Elements of an array that are records of one shape: how many; the shape, and the values of each key in turn. */
  records: 21,
  /** Objects that stand in front of a value, which refers to them; their number. */
  foundations: 22,
  /** The header. */
  header: 77,
} as const;

/** Payloads of {@link EXT.simple}. */
export const SIMPLE = { undefined: 0, hole: 1 } as const;

/** What a shell allocates. */
export const SHELL = { object: 0, array: 1, map: 2, set: 3 } as const;

/** Widths of number vectors. */
export const WIDTH = { int8: 0, int16: 1, int32: 2, float64: 3 } as const;

/** Record shapes with these ids are one byte on the wire. */
export const SHORT_SHAPES = 64;
