import { type Context, getContext, importShared, type StartMethod } from '@mp/runtime';

/** The functions that tests run elsewhere; they travel by reference, over every codec. */
export const tasks = await importShared<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));

/** The start methods that every suite of processes runs over. */
export const methods: readonly StartMethod[] = ['spawn', 'thread'];

/** A context for each start method. */
export const contexts: readonly (readonly [StartMethod, Context])[] = methods.map((method) => [
  method,
  getContext(method),
]);
