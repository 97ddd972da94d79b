import { parseOptions } from '../dist/command/options.js';

const parse = (...args: string[]) => parseOptions(args, { out: '/out', node: '/node' });

test('without flags: everything, in the default size, with this Node', () => {
  expect(parse()).toMatchObject({
    suites: [],
    cases: [],
    peers: [],
    size: 'default',
    node: '/node',
    minutes: 10,
    out: '/out',
  });
});

test('lists may be repeated or written with commas', () => {
  expect(parse('--suite', 'a', '--suite', 'b,c', '--peers', 'x,,y')).toMatchObject({
    suites: ['a', 'b', 'c'],
    peers: ['x', 'y'],
  });
});

test('flags that do not exist, or make no sense, are refused by name', () => {
  expect(() => parse('--sweet')).toThrow('--sweet');
  expect(() => parse('--size', 'huge')).toThrow('--size needs small, default or full, not huge.');
  expect(() => parse('--minutes', 'soon')).toThrow('--minutes');
});

test('a part of the cases is not published', () => {
  expect(() => parse('--publish', '--case', 'rpc')).toThrow('--publish needs a whole run');
});

test('the pages of an earlier run can be made anew', () => {
  expect(parse('--from', 'results/report.json', '--publish')).toMatchObject({
    from: 'results/report.json',
    publish: true,
  });
});
