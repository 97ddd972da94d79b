import { formatRatio, formatValue, significant } from '../dist/report/format.js';

test.each([
  [0.0004321, '0.000432'],
  [1.23456, '1.23'],
  [9.999, '10'],
  [123.4, '123'],
  [1234567, '1\u202f230\u202f000'],
  [0, '0'],
  [Number.NaN, '–'],
])('%p has three significant digits: %s', (value, text) => {
  expect(significant(value)).toBe(text);
});

test.each([
  [0.25, 'µs', '250 ns'],
  [1500, 'µs', '1.5 ms'],
  [2_500_000, 'µs', '2.5 s'],
  [0.05, 'ms', '50 µs'],
  [2500, 'ms', '2.5 s'],
  [217, 'bytes', '217 B'],
  [1_042_387, 'bytes', '1.04 MB'],
  [720_000, '/s', '720 k/s'],
  [7.3, 'MB', '7.3 MB'],
] as const)('%p %s is %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test('a ratio has two significant digits, and no decimals from 100 on', () => {
  expect([0.034, 0.81, 2.48, 25.4, 1234.5].map((median) => formatRatio({ median }))).toEqual([
    '0.03×',
    '0.81×',
    '2.5×',
    '25×',
    '1235×',
  ]);
});
