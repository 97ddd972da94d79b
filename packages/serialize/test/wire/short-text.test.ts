import { readShortText, SHORT_TEXT } from '../../dist/wire/short-text.js';

const FRONT = 3;

function read(bytes: Uint8Array): string {
  const inside = new Uint8Array(bytes.length + FRONT + 5).fill(0x7a);
  inside.set(bytes, FRONT);
  return readShortText(inside, FRONT, bytes.length);
}

test('a short string is read as it was written, whatever its length', () => {
  for (let length = 0; length <= SHORT_TEXT + 2; length++) {
    const text = 'abcdefghijklmnopqrstuvwxyz'.slice(0, length);
    expect(read(new TextEncoder().encode(text))).toBe(text);
  }
});

test('a character beyond ASCII is seen at every place of a string', () => {
  for (let length = 1; length <= SHORT_TEXT; length++) {
    for (let at = 0; at < length; at++) {
      const text = `${'x'.repeat(at)}ü${'y'.repeat(length - at - 1)}`;
      expect(read(new TextEncoder().encode(text))).toBe(text);
    }
  }
});

test('bytes that are not UTF-8 become replacement characters at every place of a string', () => {
  for (let length = 1; length <= SHORT_TEXT; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = new Uint8Array(length).fill(0x78);
      bytes[at] = 0xff;
      expect(read(bytes)).toBe(`${'x'.repeat(at)}\ufffd${'x'.repeat(length - at - 1)}`);
    }
  }
});
