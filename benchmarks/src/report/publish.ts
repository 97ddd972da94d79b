// The tables that the README and the docs show are made from a report, between two marks in the file.
import { readFileSync, writeFileSync } from 'node:fs';

/** What may stand between marks: `<!-- benchmarks:NAME -->` and `<!-- /benchmarks:NAME -->`. */
export type Section = 'headline' | 'facts' | 'targets';

/**
 * Replaces what stands between the marks of a section.
 *
 * @throws Error where the marks are missing, not in order, or there twice.
 */
export function replaceSection(document: string, section: Section, content: string): string {
  const [begin, end] = [`<!-- benchmarks:${section} -->`, `<!-- /benchmarks:${section} -->`];
  const [head, rest, ...more] = document.split(begin);
  const [, tail, ...later] = rest?.split(end) ?? [];
  if (head === undefined || tail === undefined || more.length > 0 || later.length > 0)
    throw new Error(`The marks ${begin} and ${end} must be there once, in this order.`);
  return `${head}${begin}\n\n${content.trim()}\n\n${end}${tail}`;
}

/** @throws Error where marks of a file are missing their end, not in order, or there twice. */
export function checkMarks(file: string): void {
  const document = readFileSync(file, 'utf8');
  for (const section of ['headline', 'facts', 'targets'] as const)
    if (document.includes(`<!-- benchmarks:${section} -->`)) replaceSection(document, section, '');
}

/** Writes sections into a file; those whose marks the file does not have are left out. */
export function publishTo(file: string, sections: Readonly<Record<Section, string>>): void {
  let document = readFileSync(file, 'utf8');
  for (const [section, content] of Object.entries(sections) as [Section, string][])
    if (document.includes(`<!-- benchmarks:${section} -->`)) document = replaceSection(document, section, content);
  writeFileSync(file, document);
}
