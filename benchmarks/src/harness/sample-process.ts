// One sample in a process of its own, which is gone with all its children when the sample is over.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, SampleRequest } from './model.js';
import { pinPrefix } from './pin.js';
import { brief } from './refusal.js';

const SAMPLE_MAIN = fileURLToPath(new URL('../sample-main.js', import.meta.url));
const PYTHON_MAIN = fileURLToPath(new URL('../../python/sample.py', import.meta.url));

export interface SampleProcessOptions {
  readonly node: string;
  /** The Python that runs samples of Python's libraries, if there is one. */
  readonly python?: string | undefined;
  readonly program: 'node' | 'python';
  readonly timeoutMs: number;
  readonly pinned: boolean;
}

const running = new Set<number>();
const folders = new Set<string>();

/** Ends every sample under way, with all its children: for the moment when we are told to stop ourselves. */
export function killSamples(): void {
  for (const pid of running) killGroup(pid);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

export async function takeSample(request: SampleRequest, options: SampleProcessOptions): Promise<Outcome> {
  if (options.program === 'python' && options.python === undefined)
    return { status: 'unavailable', detail: 'There is no python3 on this machine.' };
  try {
    return await sampleIn(mkdtempSync(join(tmpdir(), 'mp-bench-')), request, options);
  } catch (error) {
    // A full disk, no more processes: this sample has no number, and the run goes on.
    return { status: 'failed', detail: `No sample could be taken: ${brief(error)}` };
  }
}

async function sampleIn(folder: string, request: SampleRequest, options: SampleProcessOptions): Promise<Outcome> {
  folders.add(folder);
  try {
    const resultFile = join(folder, 'result.json');
    const { exit, stderr, timedOut } = await runToEnd(request, resultFile, options);
    if (timedOut) return { status: 'slow', detail: `It did not end within ${options.timeoutMs / 1000} s.` };
    try {
      return JSON.parse(readFileSync(resultFile, 'utf8')) as Outcome;
    } catch {
      return { status: 'failed', detail: `The process ended with ${exit} and no result. ${lastLines(stderr)}`.trim() };
    }
  } finally {
    folders.delete(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function runToEnd(
  request: SampleRequest,
  resultFile: string,
  { node, python, program, timeoutMs, pinned }: SampleProcessOptions,
): Promise<{ exit: string; stderr: string; timedOut: boolean }> {
  const own = program === 'python' ? [python!, PYTHON_MAIN] : [node, SAMPLE_MAIN];
  const [command, ...args] = [...(pinned ? pinPrefix() : []), ...own, JSON.stringify(request), resultFile];
  return new Promise((resolve, reject) => {
    // A group of its own: what a library leaves running, busy or not, ends with the sample.
    // What one that is killed leaves in the folder for temporary files goes with its own.
    const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: dirname(resultFile) };
    // Node 20 reads the certificates that this names while it starts, which takes longer than all else of starting.
    delete env['NODE_EXTRA_CA_CERTS'];
    const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env });
    if (child.pid !== undefined) running.add(child.pid);
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid!);
    }, timeoutMs);
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      child.stderr.destroy();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      running.delete(child.pid!);
      killGroup(child.pid!);
      child.stderr.destroy();
      resolve({ exit: signal ?? `exit code ${code}`, stderr, timedOut });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left, which is what we want.
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-300);
}
