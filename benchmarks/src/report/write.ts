// Puts the report's files where they belong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderHeadline } from './headline.js';
import { renderPage } from './html.js';
import { renderFacts, renderMarkdown, renderTargets } from './markdown.js';
import { publishTo } from './publish.js';
import type { Report } from './report.js';

export interface Destination {
  readonly folder: string;
  /** The files whose sections are made anew. */
  readonly publishTo: readonly string[];
}

/** Writes the data alone. */
export function writeData(report: Report, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
}

/** @returns the files that were written. */
export function writeReport(report: Report, destination: Destination): string[] {
  // The data first: whatever the pages hold, it can be made again from them.
  writeData(report, destination.folder);
  const files: readonly (readonly [name: string, content: string])[] = [
    ['report.md', renderMarkdown(report)],
    ['report.html', renderPage(report)],
  ];
  for (const [name, content] of files) writeFileSync(join(destination.folder, name), content);
  const sections = {
    headline: renderHeadline(report),
    facts: renderFacts(report),
    targets: renderTargets(report.targets).replace(/^## .*\n+/, ''),
  };
  for (const file of destination.publishTo) publishTo(file, sections);
  return [
    ...['report.json', ...files.map(([name]) => name)].map((name) => join(destination.folder, name)),
    ...destination.publishTo,
  ];
}
