import type { CodeRecord } from '../model/code.js';

const records = new Map<string, CodeRecord>();

/** The record of code that this process received. */
export function recordOf(codeId: string): CodeRecord {
  let record = records.get(codeId);
  if (record === undefined) {
    record = JSON.parse(codeId) as CodeRecord;
    if (records.size > 1000) records.clear();
    records.set(codeId, record);
  }
  return record;
}
