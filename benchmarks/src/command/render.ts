// Makes the report's pages anew from the data of an earlier run: what is measured and how it is shown are apart.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../report/report.js';
import { writeReport } from '../report/write.js';
import { evaluateTargets } from '../targets/evaluate.js';
import { targets } from '../targets/targets.js';
import { PUBLISHED } from './measure.js';
import type { CommandOptions } from './options.js';

/** @throws TypeError where the file holds no report of this format. */
export function renderAgain(file: string, { out, publish }: CommandOptions, root: string): readonly string[] {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (report.format !== 1) throw new TypeError(`${file} holds no report of format 1.`);
  const evaluated = { ...report, targets: evaluateTargets(targets, report.suites, report.machine.node) };
  return writeReport(evaluated, {
    folder: out,
    publishTo: publish ? PUBLISHED.map((published) => join(root, published)) : [],
  });
}
