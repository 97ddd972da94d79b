import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderPage } from '../dist/report/html.js';
import { renderMarkdown } from '../dist/report/markdown.js';
import { checkMarks, publishTo, replaceSection } from '../dist/report/publish.js';
import { warningsOf } from '../dist/report/report.js';
import { writeReport } from '../dist/report/write.js';
import { fixtureReport } from './support/reports.js';

const report = fixtureReport([
  {
    id: 't',
    text: 'faster <than> base',
    ours: { suite: 'runtime/pool', case: 'small', metric: 'time', peer: 'ours' },
    against: ['base'],
    atLeast: 5,
  },
  {
    id: 'u',
    text: 'not measured',
    ours: { suite: 'runtime/pool', case: 'none', metric: 'time', peer: 'ours' },
    atMost: 5,
  },
]);

describe('the Markdown', () => {
  const text = renderMarkdown(report);

  test('shows a median with its ratio to the baseline', () => {
    expect(text).toContain('| OURS | 11 µs (10×) |');
    expect(text).toContain('| BASE | 110 µs |');
  });

  test('marks who is wrong or too slow, and gives them no time', () => {
    expect(text).toContain('| WRONG | **wrong** |');
    expect(text).toContain('| SLOW | **slow** |');
  });

  test('puts a question mark where the spread is too wide to compare', () => {
    expect(text).toMatch(/\| OURS \| 1 ms \(1\.0× \?\) \|/);
  });

  test('states the machine, the command and the warnings', () => {
    expect(text).toContain('Some Processor, 2 processors (virtual)');
    expect(text).toContain('`npm run bench -- --suite runtime`');
    expect(text).toContain('**Warning:** Beware & take <care>.');
  });

  test('shows each target with where we stand', () => {
    expect(text).toMatch(/faster <than> base \| at least 5× \| 10× .*\| base \| met \|/);
    expect(text).toContain('| not measured | at most 5 | – |  | **unknown**: not part of this run |');
  });
});

describe('the page', () => {
  const page = renderPage(report);

  test('needs no script and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|@import|src=|url\(/);
    // Names of XML namespaces, which nothing fetches.
    const addresses = (page.match(/https?:[^"' <]*/g) ?? []).filter((url) => !url.startsWith('http://www.w3.org/'));
    expect(addresses).toEqual([]);
  });

  test('escapes what it prints', () => {
    expect(page).toContain('The copy &lt;differs&gt;.');
    expect(page).toContain('Beware &amp; take &lt;care&gt;.');
  });

  test('has a plot in colours that follow light and dark', () => {
    expect(page).toMatch(/<svg/);
    expect(page).toContain('var(--ours)');
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('defines every colour that it uses, twice: for light and for dark', () => {
    const used = new Set([...page.matchAll(/var\((--[a-z0-9-]+)\)/g)].map(([, name]) => name!));
    for (const name of used) expect(page.split(`${name}:`).length - 1).toBe(2);
  });

  test('is well-formed: every element that is opened is closed', () => {
    const tags = [...page.replace(/<style[\s\S]*?<\/style\s*>/g, '').matchAll(/<(\/?)([a-zA-Z0-9]+)([^>]*?)(\/?)>/g)];
    const open: string[] = [];
    for (const [, closing, name, , selfClosing] of tags) {
      if (selfClosing === '/' || ['meta', 'br'].includes(name!)) continue;
      if (closing === '/') expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  });
});

describe('the sections of a document', () => {
  const document = 'before\n<!-- benchmarks:headline -->\nold\n<!-- /benchmarks:headline -->\nafter\n';

  test('what stands between the marks is replaced, the rest stays', () => {
    expect(replaceSection(document, 'headline', 'new')).toBe(
      'before\n<!-- benchmarks:headline -->\n\nnew\n\n<!-- /benchmarks:headline -->\nafter\n',
    );
  });

  test('replacing twice gives the same as once', () => {
    const once = replaceSection(document, 'headline', 'new');
    expect(replaceSection(once, 'headline', 'new')).toBe(once);
  });

  test('marks that are missing, swapped or doubled are an error, not a lost document', () => {
    const swapped = '<!-- /benchmarks:headline --> <!-- benchmarks:headline -->';
    for (const broken of ['no marks', swapped, document + document])
      expect(() => replaceSection(broken, 'headline', 'new')).toThrow('<!-- benchmarks:headline -->');
  });

  test('broken marks are found before anything is measured', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-bench-test-'));
    try {
      const file = join(folder, 'README.md');
      writeFileSync(file, '<!-- benchmarks:facts -->\n');
      expect(() => checkMarks(file)).toThrow('<!-- /benchmarks:facts -->');
      writeFileSync(file, document);
      expect(() => checkMarks(file)).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a file without the marks of a section is left as it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-bench-test-'));
    try {
      const file = join(folder, 'README.md');
      writeFileSync(file, 'nothing here\n');
      publishTo(file, { headline: 'a', facts: 'b', targets: 'c' });
      expect(readFileSync(file, 'utf8')).toBe('nothing here\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('a report is written as JSON that reads back as the same report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mp-bench-test-'));
  try {
    const files = writeReport(report, { folder, publishTo: [] });
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(['report.json', 'report.md', 'report.html']);
    const read = JSON.parse(readFileSync(files[0]!, 'utf8'));
    expect(read).toEqual(JSON.parse(JSON.stringify(report)));
    expect(renderMarkdown(read)).toBe(renderMarkdown(report));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('warnings', () => {
  const { machine } = report;
  const quiet = { loadBefore: 0.1, stolen: 0.001 };
  const of = (more: object) =>
    warningsOf({ passes: 5, unreached: 0, machine, disturbance: quiet, size: 'default', ...more });

  test('there are none after a proper run on a quiet machine', () => {
    expect(of({})).toEqual([]);
  });
  test('few passes, a busy machine and stolen time are each named', () => {
    expect(of({ passes: 1 })[0]).toContain('Only 1 pass:');
    expect(of({ disturbance: { loadBefore: 3, stolen: 0 } })[0]).toContain('load 3.0 on 2 processors');
    expect(of({ disturbance: { loadBefore: 0, stolen: 0.2 } })[0]).toContain('20 %');
  });
  test('cases for which the time was too short are counted', () => {
    expect(of({ unreached: 4 })).toEqual([expect.stringContaining('before 4 of the cases')]);
  });
  test('an interrupted run says so, and not that the time was too short', () => {
    expect(of({ interrupted: true, unreached: 4 })).toEqual([expect.stringContaining('interrupted')]);
  });
  test('latencies that were not measured on one processor are named', () => {
    expect(of({ pinned: false })).toEqual([expect.stringContaining('taskset')]);
  });
  test('a run that only shows that everything works says so', () => {
    expect(of({ size: 'small' })[0]).toContain('mean nothing');
  });
});
