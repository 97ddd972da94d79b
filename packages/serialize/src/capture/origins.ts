import type { BatchMeta, FunctionMeta } from '../model/code.js';
import { originOf, threadName, threadOf } from '../model/identity.js';
import type { AnyFunction } from '../model/ports.js';

/** Who functions are. @param isFirst - Whether no batch of the value went before. */
export function originsOf(
  functions: readonly AnyFunction[],
  parts: readonly { readonly meta: FunctionMeta }[],
  isFirst: boolean,
): Pick<BatchMeta, 'thread' | 'origins'> {
  const thread = threadName();
  const origins = functions.map((fn, i) => {
    const meta = parts[i]?.meta;
    if (typeof meta === 'object' && meta.code === undefined && meta.member === undefined) return 0;
    const origin = originOf(fn);
    return threadOf(origin) === thread ? Number(origin.slice(thread.length + 1)) : origin;
  });
  return { ...(isFirst ? { thread } : {}), origins };
}
