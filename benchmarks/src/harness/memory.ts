// What a process holds, from Linux's own books; elsewhere what Node knows, or nothing.
import { readFileSync, writeFileSync } from 'node:fs';

/** Begins a new high-water mark of this process's memory (proc(5), clear_refs: 5). */
export function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux: the mark stays where it was, and the growth is a lower bound.
  }
}

/** The high-water mark, in megabytes of 10^6 bytes. */
export function peakMB(): number {
  const status = readOr('/proc/self/status', '');
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return match === null ? (process.resourceUsage().maxRSS * 1024) / 1e6 : (Number(match[1]) * 1024) / 1e6;
}

/** What is resident at present, in megabytes of 10^6 bytes. */
export function residentMB(): number {
  return process.memoryUsage.rss() / 1e6;
}

/**
 * Memory that a process shares with nobody: what one more of its kind costs the machine.
 *
 * @returns megabytes of 10^6 bytes, or `undefined` where the system does not say.
 */
export function privateMB(pid: number): number | undefined {
  return rollup(pid, /^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm);
}

/**
 * A process's proportional share: a page that n processes use counts one n-th, so that shares of a family add up
 * to what the family takes.
 *
 * @returns megabytes of 10^6 bytes, or `undefined` where the system does not say.
 */
export function proportionalMB(pid: number): number | undefined {
  return rollup(pid, /^Pss:\s+(\d+) kB$/gm);
}

function rollup(pid: number, pattern: RegExp): number | undefined {
  const lines = [...readOr(`/proc/${pid}/smaps_rollup`, '').matchAll(pattern)];
  if (lines.length === 0) return undefined;
  return lines.reduce((sum, [, kB]) => sum + Number(kB) * 1024, 0) / 1e6;
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
