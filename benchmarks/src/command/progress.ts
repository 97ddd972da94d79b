// Says on standard error what is being measured, what came out, and how far the run is.
import type { SampleEvent } from '../harness/run.js';
import { formatValue } from '../report/format.js';

/**
 * One line for each sample; on a terminal a line that rewrites itself, except for what went wrong.
 *
 * @param deadline - Milliseconds since the epoch after which no case is begun; `Infinity` where the run has no end.
 */
export function progressUntil(deadline: number): (event: SampleEvent) => void {
  const begun = Date.now();
  return (event) => {
    const allowed = Number.isFinite(deadline) ? ` of ${clock(deadline - begun)}` : '';
    const { done, pass, total } = event;
    const head = `${clock(Date.now() - begun)}${allowed}  pass ${pass + 1}  ${String(done).padStart(String(total).length)}/${total}`;
    write(`${head}  ${describe(event)}`, event.outcome.status === 'failed' || event.outcome.status === 'slow');
  };
}

function describe({ planned, peer, outcome, tookMs }: SampleEvent): string {
  const metric = planned.info.metrics[0]!;
  const result =
    outcome.status === 'ok'
      ? `${metric.title} ${formatValue(outcome.values[metric.id] ?? Number.NaN, metric.unit)}`
      : `${outcome.status}: ${outcome.detail}`;
  return `${planned.suite.id} ${planned.info.id} ${peer}: ${result} (${(tookMs / 1000).toFixed(1)} s)`;
}

function write(line: string, keep: boolean): void {
  if (!process.stderr.isTTY) process.stderr.write(`${line}\n`);
  else process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}${keep ? '\n' : ''}`);
}

/** As in 2:05. */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
