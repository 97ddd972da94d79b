import { getAllStartMethods, type StartMethod, setStartMethod } from '@mp/runtime';

/** The one start method over which the suite is to run, if it is not to run over all. */
const only = process.env['MP_TEST_START_METHOD'] as StartMethod | undefined;

// Tests that use the default context run over it, too.
if (only !== undefined) setStartMethod(only);

/**
 * The start methods over which tests run. Without a C compiler there is no fork server, and the suite runs over what there
 * is. `fork` is among them only in a process that can be copied, in which jest's project `runtime over fork` runs.
 */
export const startMethods: readonly StartMethod[] = only === undefined ? getAllStartMethods() : [only];
