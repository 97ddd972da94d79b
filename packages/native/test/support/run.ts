import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fixturePath } from './fixtures.js';

/** What a script wrote and how it ended. */
export interface RunResult {
  readonly output: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A script that runs. */
export interface RunningScript {
  readonly process: ChildProcess;
  /** Resolves when it has written something. */
  readonly ready: Promise<unknown>;
  readonly result: Promise<RunResult>;
}

/** Starts a fixture script in a process of its own. Its errors go to ours. */
export function start(name: string, ...args: readonly string[]): RunningScript {
  const child = spawn(process.execPath, [fixturePath(name), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  const result = Promise.all([output, once(child, 'exit')]).then(([written, [code, signal]]) => ({
    output: written,
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return { process: child, ready: once(child.stdout, 'data'), result };
}

/** Runs a fixture script to its end. */
export function run(name: string, ...args: readonly string[]): Promise<RunResult> {
  return start(name, ...args).result;
}
