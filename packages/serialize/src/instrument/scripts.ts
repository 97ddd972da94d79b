import { type Script, Scripts } from '../inspector/scripts.js';
import { Inspector } from '../inspector/session.js';
import { fileById, loadedSources } from './files.js';
import { INSTRUMENTED_SCRIPT } from './reading.js';
import type { LoadedSource } from './registry.js';

/** A script by its id: of the engine's, or a file that was instrumented. */
export function scriptById(id: string): Script | undefined {
  if (!id.startsWith(INSTRUMENTED_SCRIPT)) return Scripts.get().get(id);
  const file = fileById(id.slice(INSTRUMENTED_SCRIPT.length));
  return file && scriptOfFile(file.loaded);
}

/** The text of a script as it was written. */
export function sourceOfScript(id: string): string | undefined {
  if (!id.startsWith(INSTRUMENTED_SCRIPT)) return Scripts.get().source(id);
  return fileById(id.slice(INSTRUMENTED_SCRIPT.length))?.loaded.source;
}

/** All scripts that are known; instrumented files first. Call {@link refreshScripts} to learn of new ones. */
export function* allScripts(): Iterable<Script> {
  for (const loaded of loadedSources()) yield scriptOfFile(loaded);
  if (Inspector.isAvailable) yield* Scripts.get().all();
}

/** Learns of all scripts that were compiled meanwhile. */
export function refreshScripts(): void {
  if (Inspector.isAvailable) Scripts.get().refresh();
}

const scripts = new WeakMap<LoadedSource, Script>();

function scriptOfFile(loaded: LoadedSource): Script {
  let script = scripts.get(loaded);
  if (script === undefined) {
    script = {
      id: INSTRUMENTED_SCRIPT + loaded.id,
      url: loaded.url,
      isModule: loaded.isModule,
      isMainContext: true,
      startLine: 0,
      startColumn: 0,
      sourceMapUrl: undefined,
      // It was parsed when it was instrumented, and functions of it are not to be entered by the inspector.
      length: 0,
    };
    scripts.set(loaded, script);
  }
  return script;
}
