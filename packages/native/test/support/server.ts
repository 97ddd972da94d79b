import type { ForkRequestOptions, ForkServer } from '@mp/native';
import { fixture } from './fixtures.js';
import { captureOutput } from './output.js';
import { childrenOf } from './processes.js';

/** How a child ended, and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** Has a child forked and waits for its end. */
export async function runOn(on: ForkServer, options: ForkRequestOptions): Promise<Outcome> {
  const output = captureOutput();
  const errors = captureOutput();
  const child = await on.fork({ ...options, stdio: options.stdio ?? ['ignore', output.fd, errors.fd] });
  const [out, err, { code, signal }] = await Promise.all([output.text(), errors.text(), child.exited]);
  return { code, signal, output: out, errors: err };
}

/** What a child says it is. */
export async function reportOf(
  on: ForkServer,
  options: Partial<ForkRequestOptions> = {},
): Promise<Record<string, unknown>> {
  const { output, errors } = await runOn(on, { entry: fixture('report.mjs'), ...options });
  if (output === '') throw new Error(errors);
  return JSON.parse(output) as Record<string, unknown>;
}

/** The child that a server holds ready for the next request, as soon as there is one. */
export async function spareOf(on: ForkServer): Promise<number> {
  for (;;) {
    const known = on.children.map(({ pid }) => pid);
    const spare = childrenOf(on.pid as number).find((pid) => !known.includes(pid));
    if (spare !== undefined) return spare;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
