import type { LogRecord } from '../platform/logger.js';

/** What a child says beside its work, in a frame `log`; JSON. */
export type ChildReport =
  | {
      readonly kind: 'output';
      readonly stream: 'stdout' | 'stderr';
      /** As it was written: not always a whole line. */
      readonly text: string;
      /** The number of the task that wrote it. */
      readonly task?: number;
    }
  | { readonly kind: 'record'; readonly record: LogRecord };

/** The bytes of a report. */
export function encodeReport(report: ChildReport): Uint8Array {
  return Buffer.from(JSON.stringify(report));
}

/** The report in a frame `log`. */
export function decodeReport(body: Uint8Array): ChildReport {
  return JSON.parse(Buffer.from(body).toString()) as ChildReport;
}
