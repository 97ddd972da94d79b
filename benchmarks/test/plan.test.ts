import { orderOfPass, selectCases } from '../dist/harness/plan.js';
import { suites } from '../dist/suites/index.js';
import { peer, someCase, suiteOf } from './support/reports.js';

const everything = { suites: [], cases: [], peers: [], size: 'default' } as const;
const peers = [peer('mp'), peer('mp-tree'), peer('base'), peer('other')];
const suite = suiteOf([someCase('rpc'), someCase('records'), someCase('huge', { onlyFull: true })], peers);
const ids = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);

test('without flags every case runs with every peer, except what only a full run does', () => {
  const plan = selectCases([suite], everything);
  expect(plan.map(({ info }) => info.id)).toEqual(['rpc', 'records']);
  expect(ids(plan[0]!.peers)).toEqual(['mp', 'mp-tree', 'base', 'other']);
});

test('a full run, or asking for it by name, runs what is left out otherwise', () => {
  expect(selectCases([suite], { ...everything, size: 'full' })).toHaveLength(3);
  expect(selectCases([suite], { ...everything, cases: ['huge'] }).map(({ info }) => info.id)).toEqual(['huge']);
});

test('names select by their beginning', () => {
  expect(selectCases([suite], { ...everything, suites: ['runtime'] })).toHaveLength(2);
  expect(selectCases([suite], { ...everything, suites: ['serialize'] })).toHaveLength(0);
  expect(selectCases([suite], { ...everything, cases: ['re'] }).map(({ info }) => info.id)).toEqual(['records']);
});

test('the baseline runs even when it was not asked for, because ratios need it', () => {
  const [planned] = selectCases([suite], { ...everything, peers: ['mp'] });
  expect(ids(planned!.peers)).toEqual(['mp', 'mp-tree', 'base']);
});

test('a case that is about some peers runs with those alone', () => {
  const narrow = suiteOf([someCase('rpc', { peers: ['other', 'base'] })], peers);
  expect(ids(selectCases([narrow], everything)[0]!.peers)).toEqual(['base', 'other']);
});

test('each pass begins with another peer, and every peer comes once', () => {
  const passes = [0, 1, 2, 3].map((pass) => orderOfPass(['a', 'b', 'c'], pass).join(''));
  expect(passes).toEqual(['abc', 'bca', 'cab', 'abc']);
});

describe('the suites of this package', () => {
  const cases = suites.flatMap((each) =>
    each.cases.map((info) => ({ suite: each, info, name: `${each.id} ${info.id}` })),
  );

  test.each(cases)('$name has its baseline among its peers', ({ suite: own, info }) => {
    const allowed = info.peers ?? ids(own.peers);
    expect(allowed).toContain(info.baseline);
    expect(ids(own.peers)).toEqual(expect.arrayContaining([...allowed]));
  });

  test('no suite names a peer or a case twice', () => {
    for (const each of suites) {
      expect(new Set(ids(each.peers)).size).toBe(each.peers.length);
      expect(new Set(ids(each.cases)).size).toBe(each.cases.length);
    }
  });
});

test('peers that would take minutes take part in a full run, or where they are asked for', () => {
  const slow = suiteOf([someCase('rpc', { fullPeers: ['other'] })], peers);
  const taking = (more: object) => ids(selectCases([slow], { ...everything, ...more })[0]!.peers);
  expect(taking({})).toEqual(['mp', 'mp-tree', 'base']);
  expect(taking({ size: 'full' })).toContain('other');
  expect(taking({ peers: ['other'] })).toEqual(['base', 'other']);
});
