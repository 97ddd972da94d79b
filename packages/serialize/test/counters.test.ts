import { deserialize, serialize } from '@mp/serialize';

interface Coverage {
  [path: string]: { f: Record<string, number>; b: Record<string, number[]> };
}

const root = globalThis as { __coverage__?: Coverage };

// As istanbul-lib-instrument 6 writes it.
function instrumented(path: string): (x: number) => string {
  return new Function(`
    function cov_1qtpumq330() {
      var path = ${JSON.stringify(path)};
      var hash = "f956aad52427e9cff0f20926121feedf54b26ec8";
      var global = new Function("return this")();
      var gcv = "__coverage__";
      var coverageData = {
        path: ${JSON.stringify(path)},
        statementMap: { "0": { start: { line: 1, column: 0 }, end: { line: 1, column: 35 } } },
        fnMap: {}, branchMap: {}, s: { "0": 0 }, f: { "0": 0 }, b: { "0": [0, 0] },
        hash: "f956aad52427e9cff0f20926121feedf54b26ec8"
      };
      var coverage = global[gcv] || (global[gcv] = {});
      if (!coverage[path] || coverage[path].hash !== hash) {
        coverage[path] = coverageData;
      }
      var actualCoverage = coverage[path];
      {
        // @ts-ignore
        cov_1qtpumq330 = function () {
          return actualCoverage;
        };
      }
      return actualCoverage;
    }
    cov_1qtpumq330();
    return (x) => {
      cov_1qtpumq330().f[0]++;
      cov_1qtpumq330().s[0]++;
      return x > 1 ? (cov_1qtpumq330().b[0][0]++, "many") : (cov_1qtpumq330().b[0][1]++, "few");
    };`)() as (x: number) => string;
}

describe('the coverage counters of an instrumented file', () => {
  afterEach(() => {
    delete root.__coverage__;
  });

  test('stay where they are', () => {
    expect(Buffer.from(serialize(instrumented('/src/a.js'))).toString('latin1')).not.toContain('statementMap');
  });

  test('are those of the process that runs the code, where it has the file', () => {
    const copy = deserialize(serialize(instrumented('/src/a.js')), { trustCode: true }) as (x: number) => string;
    copy(1);
    expect(root.__coverage__?.['/src/a.js']).toMatchObject({ f: { 0: 1 }, b: { 0: [0, 1] } });
  });

  test('are nobody’s where the file was never loaded', () => {
    const bytes = serialize(instrumented('/src/a.js'));
    delete root.__coverage__;
    const copy = deserialize(bytes, { trustCode: true }) as (x: number) => string;
    expect([copy(1), copy(2), root.__coverage__]).toEqual(['few', 'many', undefined]);
  });

  test('of another version of the file are left alone', () => {
    const bytes = serialize(instrumented('/src/a.js'));
    const other = { ...root.__coverage__?.['/src/a.js'], f: { 0: 0 }, hash: 'other' } as unknown as Coverage[string];
    root.__coverage__ = { '/src/a.js': other };
    (deserialize(bytes, { trustCode: true }) as (x: number) => string)(1);
    expect(other.f[0]).toBe(0);
  });

  test('travel on from a process that got the code from another', () => {
    const once = deserialize(serialize(instrumented('/src/a.js')), { trustCode: true });
    const twice = deserialize(serialize(once), { trustCode: true }) as (x: number) => string;
    twice(2);
    expect(root.__coverage__?.['/src/a.js']).toMatchObject({ b: { 0: [1, 0] } });
  });
});
