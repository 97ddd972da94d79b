import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { type Context, getContext, importShared, type StartMethod } from '@mp/runtime';
import { startMethods } from './start-methods.js';

/** The functions that tests run elsewhere; they travel by reference, over every codec. */
export const tasks = await importShared<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));

/** A context for each start method and codec, with its name. */
export const contexts: readonly (readonly [string, Context, StartMethod])[] = startMethods.flatMap((method) => [
  [method, getContext(method), method] as const,
  [`${method} (structured clone)`, getContext({ method, codec: structuredCloneCodec }), method] as const,
]);
