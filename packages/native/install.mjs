// Runs when the package is installed. Where no binary for this system came with it, it tries to build one. It never
// fails the installation: without a binary the package says at run time what is missing.
import { buildAddon, hasBinary } from './build.mjs';

if (!hasBinary()) {
  const problem = await buildAddon().catch((error) => String(error));
  if (problem !== undefined) console.log(`@mp/native is not built (${problem}); everything that needs it says so.`);
}
