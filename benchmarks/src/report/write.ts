// Puts the report's files where they belong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMarkdown } from './markdown.js';
import type { Report } from './report.js';

export async function writeReport(
  report: Report,
  { folder }: { readonly folder: string; readonly root: string; readonly publish: boolean },
): Promise<void> {
  const markdown = renderMarkdown(report);
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'report.md'), markdown);
}
