import { readUtf8 } from './text.js';

/** Longer strings are made by the host in less time. */
export const SHORT_TEXT = 20;

/**
 * A string of at most {@link SHORT_TEXT} bytes of UTF-8.
 *
 * A call into the host costs as much as all this does for 40 bytes. The bytes are taken into variables once, for the test whether
 * they are ASCII and for the string: a loop in front of it would cost half as much again.
 */
export function readShortText(bytes: Uint8Array, at: number, length: number): string {
  const f = String.fromCharCode;
  const b = bytes;
  // biome-ignore format: a table
  switch (length) {
    case 0: return '';
    case 1: { const c0 = b[at]!; if ((c0) < 0x80) return f(c0); break; }
    case 2: { const c0 = b[at]!, c1 = b[at + 1]!; if ((c0 | c1) < 0x80) return f(c0, c1); break; }
    case 3: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!; if ((c0 | c1 | c2) < 0x80) return f(c0, c1, c2); break; }
    case 4: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!; if ((c0 | c1 | c2 | c3) < 0x80) return f(c0, c1, c2, c3); break; }
    case 5: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!; if ((c0 | c1 | c2 | c3 | c4) < 0x80) return f(c0, c1, c2, c3, c4); break; }
    case 6: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!; if ((c0 | c1 | c2 | c3 | c4 | c5) < 0x80) return f(c0, c1, c2, c3, c4, c5); break; }
    case 7: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6); break; }
    case 8: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7); break; }
    case 9: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8); break; }
    case 10: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9); break; }
    case 11: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10); break; }
    case 12: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11); break; }
    case 13: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12); break; }
    case 14: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13); break; }
    case 15: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14); break; }
    case 16: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!, c15 = b[at + 15]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15); break; }
    case 17: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!, c15 = b[at + 15]!, c16 = b[at + 16]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16); break; }
    case 18: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!, c15 = b[at + 15]!, c16 = b[at + 16]!, c17 = b[at + 17]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17); break; }
    case 19: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!, c15 = b[at + 15]!, c16 = b[at + 16]!, c17 = b[at + 17]!, c18 = b[at + 18]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18); break; }
    case 20: { const c0 = b[at]!, c1 = b[at + 1]!, c2 = b[at + 2]!, c3 = b[at + 3]!, c4 = b[at + 4]!, c5 = b[at + 5]!, c6 = b[at + 6]!, c7 = b[at + 7]!, c8 = b[at + 8]!, c9 = b[at + 9]!, c10 = b[at + 10]!, c11 = b[at + 11]!, c12 = b[at + 12]!, c13 = b[at + 13]!, c14 = b[at + 14]!, c15 = b[at + 15]!, c16 = b[at + 16]!, c17 = b[at + 17]!, c18 = b[at + 18]!, c19 = b[at + 19]!; if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19) < 0x80) return f(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19); break; }
    default:
  }
  return readUtf8(bytes, at, at + length);
}
