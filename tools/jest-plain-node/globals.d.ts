// What `host.mjs` puts on the global object for a test file.
import type * as globals from '@jest/globals';

declare global {
  const describe: typeof globals.describe;
  const test: typeof globals.test;
  const expect: typeof globals.expect;
  const beforeAll: typeof globals.beforeAll;
  const afterAll: typeof globals.afterAll;
  const beforeEach: typeof globals.beforeEach;
  const afterEach: typeof globals.afterEach;
  const jest: Pick<typeof globals.jest, 'fn' | 'spyOn' | 'restoreAllMocks' | 'setTimeout'>;
}
