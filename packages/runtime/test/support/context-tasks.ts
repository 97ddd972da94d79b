import { type Context, getContext, type StartMethod } from '@mp/runtime';

/** Whether what belongs to a context arrived as its parts, with the start method that it has here. */
export function describeContext(
  context: Context,
  { Pool, Pipe }: Pick<Context, 'Pool' | 'Pipe'>,
): { method: StartMethod; areParts: boolean; isKept: boolean; isDefault: boolean } {
  const holder = globalThis as { keptContext?: Context };
  holder.keptContext ??= context;
  return {
    method: context.getStartMethod(),
    areParts: context.Pool === Pool && context.Pipe === Pipe,
    isKept: holder.keptContext === context,
    isDefault: context === getContext(),
  };
}
