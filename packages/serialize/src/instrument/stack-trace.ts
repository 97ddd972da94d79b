import { type InstrumentedFile, loadedSources, openFile } from './files.js';
import type { LoadedSource } from './registry.js';

type NodeModule = typeof import('node:module');
type Prepare = (error: Error, trace: readonly NodeJS.CallSite[]) => unknown;

interface Place {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Lets stack traces show the columns of the files as they were written; lines are the same.
 *
 * Done by `Error.prepareStackTrace`, V8's stack trace API, where nobody has set it: a source map would be exact only
 * with an entry for every token, and that costs more to load than the program. Where source maps are
 * enabled, the place that the map of the file gives is shown, as Node does by itself.
 */
export function correctStackTraces(module: NodeModule): void {
  const errors = Error as unknown as { prepareStackTrace?: Prepare };
  // What Node has there itself does what would be done without it.
  const present = errors.prepareStackTrace;
  if (present !== undefined && present.name !== 'ErrorPrepareStackTrace') return;
  Object.defineProperty(errors, 'prepareStackTrace', {
    value: function prepareStackTrace(error: Error, trace: readonly NodeJS.CallSite[]): string {
      const lines = trace.map((site) => `\n    at ${describe(site, module)}`);
      return headOf(error) + lines.join('');
    },
    writable: true,
    configurable: true,
  });
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

function describe(site: NodeJS.CallSite, module: NodeModule): string {
  const text = String(site);
  const script = site.getScriptNameOrSourceURL?.() ?? site.getFileName();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (typeof script !== 'string' || line === null || column === null) return text;
  const shown = `${script}:${line}:${column}`;
  const at = text.lastIndexOf(shown);
  if (at === -1) return text;
  const place = original({ url: script, line, column }, module);
  return `${text.slice(0, at)}${place.url}:${place.line}:${place.column}${text.slice(at + shown.length)}`;
}

function original(place: Place, module: NodeModule): Place {
  const file = fileAt(place.url);
  const column = file === undefined ? place.column : columnIn(file, place.line - 1, place.column - 1) + 1;
  const written = { ...place, column };
  if ((process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled !== true) return written;
  const entry = module.findSourceMap(place.url)?.findEntry(written.line - 1, column - 1);
  if (entry === undefined || !('originalSource' in entry) || !entry.originalSource) return written;
  return { url: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

const byUrl = new Map<string, InstrumentedFile | null>();
let seen = 0;

function fileAt(script: string): InstrumentedFile | undefined {
  const url = script.startsWith('/') || /^[a-z]:\\/i.test(script) ? urlOf(script) : script;
  const known = byUrl.get(url);
  if (known !== undefined) return known ?? undefined;
  const loaded: LoadedSource[] = [...loadedSources()];
  if (loaded.length === seen) return undefined;
  for (const one of loaded.slice(seen)) byUrl.set(one.url, openFile(one));
  seen = loaded.length;
  return byUrl.get(url) ?? undefined;
}

function urlOf(path: string): string {
  return process.getBuiltinModule('node:url').pathToFileURL(path).href;
}

interface Shift {
  /** Where the inserted text starts in the line of the instrumented text, and in the original. */
  readonly at: number;
  readonly column: number;
  readonly length: number;
}

const shifts = new WeakMap<InstrumentedFile, ReadonlyMap<number, readonly Shift[]>>();

function columnIn(file: InstrumentedFile, line: number, column: number): number {
  let byLine = shifts.get(file);
  if (byLine === undefined) {
    byLine = shiftsOf(file);
    shifts.set(file, byLine);
  }
  let shifted = 0;
  for (const { at, column: start, length } of byLine.get(line) ?? []) {
    if (at > column) break;
    // Inside of what was inserted.
    if (column < at + length) return start;
    shifted += length;
  }
  return column - shifted;
}

function shiftsOf(file: InstrumentedFile): ReadonlyMap<number, readonly Shift[]> {
  const byLine = new Map<number, Shift[]>();
  for (const { at, length } of file.rewritten.insertions.pieces()) {
    const { line, column } = file.placeOf(at);
    const list = byLine.get(line) ?? [];
    byLine.set(line, list);
    const before = list.reduce((sum, one) => sum + one.length, 0);
    list.push({ at: column + before, column, length });
  }
  return byLine;
}
