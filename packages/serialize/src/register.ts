/**
 * Load-time instrumentation: `node --import @mp/serialize/register program.js`.
 *
 * Files that are loaded after it are rewritten so that their functions can be asked what they capture: exactly,
 * without the inspector, so also under `--permission`. Packages in `node_modules` are left as they are, unless the
 * environment variable `MP_REGISTER_INCLUDE` names them, separated by commas: `lodash,@scope/*`.
 */
import { installHooks } from './instrument/hooks.js';
import { createRegistry, registry } from './instrument/registry.js';
import { restoreSourceText } from './instrument/source-text.js';
import { correctStackTraces } from './instrument/stack-trace.js';

const module = process.getBuiltinModule('node:module');

if (registry() === undefined) {
  const made = createRegistry();
  restoreSourceText(made);
  correctStackTraces(module);
  const { MP_REGISTER_INCLUDE: named = '' } = process.env;
  const include = named.split(',').filter((name) => name !== '');
  installHooks(made, module, new URL('.', import.meta.url).href, { include });
}
