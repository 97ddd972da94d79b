// Builds the binary that the package ships for this system: `npm run prebuild`. `npm pack` then takes all that are in
// `prebuilds`; at run time the one for the system is chosen, and built where there is none (install.mjs).
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './build.mjs';

const folder = fileURLToPath(new URL('prebuilds/', import.meta.url));
// From nothing, whatever a development build left.
rmSync(`${folder}${process.platform}-${process.arch}`, { recursive: true, force: true });
const problem = await buildAddon();
if (problem === undefined)
  console.log(
    readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.node'))
      .join('\n'),
  );
else {
  console.error(`@mp/native could not be built: ${problem}.`);
  process.exitCode = 1;
}
