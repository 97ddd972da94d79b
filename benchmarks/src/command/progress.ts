// Says on standard error what is being measured, and what came out.
import type { SampleEvent } from '../harness/run.js';
import { formatValue } from '../report/format.js';

/** One line for each sample; on a terminal a line that rewrites itself, except for what went wrong. */
export function reportProgress({ pass, done, total, planned, peer, outcome }: SampleEvent): void {
  const head = `pass ${pass + 1}  ${String(done).padStart(String(total).length)}/${total}`;
  const what = `${planned.suite.id} ${planned.info.id} ${peer}`;
  const metric = planned.info.metrics[0]!;
  const result =
    outcome.status === 'ok'
      ? `${metric.title} ${formatValue(outcome.values[metric.id] ?? Number.NaN, metric.unit)}`
      : `${outcome.status}: ${outcome.detail}`;
  const line = `${head}  ${what}: ${result}`;
  if (!process.stderr.isTTY) process.stderr.write(`${line}\n`);
  else {
    const end = outcome.status === 'failed' || outcome.status === 'slow' ? '\n' : '';
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}${end}`);
  }
}
