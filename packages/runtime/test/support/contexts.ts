import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { type Context, getAllStartMethods, getContext, importShared, type StartMethod } from '@mp/runtime';

/** The functions that tests run elsewhere; they travel by reference, over every codec. */
export const tasks = await importShared<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));

// Without a C compiler there is no fork server, and the suite runs over what there is.
const methods: readonly StartMethod[] = getAllStartMethods();

/** A context for each start method and codec, with its name. */
export const contexts: readonly (readonly [string, Context, StartMethod])[] = methods.flatMap((method) => [
  [method, getContext(method), method] as const,
  [`${method} (structured clone)`, getContext({ method, codec: structuredCloneCodec }), method] as const,
]);
