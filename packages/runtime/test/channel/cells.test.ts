import fc from 'fast-check';
import { CellReader, CellWriter, isScalar } from '../../dist/channel/cells.js';

const scalar = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(undefined, null, true, false, -0, Number.NaN, 2 ** 31, -(2 ** 31), 2 ** 32, '\ud800'),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);

test('every scalar is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(scalar), (values) => {
      const writer = new CellWriter();
      for (const value of values) expect(writer.scalar(value)).toBe(true);
      const { body, buffers } = writer.take();
      const reader = new CellReader(body, buffers);
      for (const value of values) expect(reader.cell()).toBe(value);
      expect(reader.isDone).toBe(true);
    }),
  );
});

test.each([[{}], [[]], [1n], [Symbol.iterator], [() => {}]])('what needs a codec is not written: %p', (value) => {
  const writer = new CellWriter();
  expect(isScalar(value)).toBe(false);
  expect(writer.scalar(value)).toBe(false);
  expect(writer.length).toBe(0);
});

test('a payload keeps its buffers apart from those of its neighbours', () => {
  const writer = new CellWriter();
  const payload = (n: number, buffers: Uint8Array[]) => ({ body: Uint8Array.of(n), buffers, attachments: [] });
  writer.payload(payload(1, [Uint8Array.of(10)]));
  writer.payload(payload(2, []));
  writer.payload(payload(3, [Uint8Array.of(30), Uint8Array.of(31)]));
  const { body, buffers } = writer.take();
  const reader = new CellReader(body, buffers);
  const read = [reader.cell(), reader.cell(), reader.cell()] as { body: Uint8Array; buffers: Uint8Array[] }[];
  expect(read.map((cell) => [[...cell.body], cell.buffers.map((buffer) => [...buffer])])).toEqual([
    [[1], [[10]]],
    [[2], []],
    [[3], [[30], [31]]],
  ]);
});

test('a frame that ends inside a cell is refused', () => {
  const writer = new CellWriter();
  writer.scalar('hello');
  const { body } = writer.take();
  expect(() => new CellReader(body.subarray(0, -1), []).cell()).toThrow(
    expect.objectContaining({ code: 'MP_PROTOCOL' }),
  );
});
