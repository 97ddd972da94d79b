import type { MessagePort } from 'node:worker_threads';
import { textOfSource } from './hooks.js';
import { FileChoice, type InstrumentOptions, instrument } from './load.js';

// Loaded by `module.register` in the thread of the loader, on versions of Node without synchronous hooks.

interface Loaded {
  readonly format?: string | null;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray;
}

// One for each thread of the program: all of them load through this one.
const ports: MessagePort[] = [];
let choice: FileChoice | undefined;

/** Called by Node with what the main thread gave. */
export function initialize(data: {
  readonly port: MessagePort;
  readonly own: string;
  readonly options: InstrumentOptions;
}): void {
  ports.push(data.port);
  choice = new FileChoice(data.own, data.options);
}

/** Called by Node for each module. CommonJS has its own way. */
export async function load(
  url: string,
  context: object,
  nextLoad: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await nextLoad(url, context);
  const [file = ''] = url.split(/[?#]/);
  if (loaded.format !== 'module' || choice?.takes(file) !== true) return loaded;
  const source = textOfSource(loaded.source);
  const made = source === undefined ? undefined : instrument(url, source, true, 'm');
  if (made === undefined) return loaded;
  for (const port of ports) port.postMessage(made.loaded);
  return { ...loaded, source: made.code };
}
