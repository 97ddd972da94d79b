import { later } from '../model/later.js';
import type { AnyFunction } from '../model/ports.js';
import { type LoadedSource, REGISTRY_NAME, type Registry, registry } from './registry.js';
import type { CodeEntry, Rewritten } from './rewrite.js';

const rewriting = later<typeof import('./rewrite.js')>('./rewrite.js', import.meta.url);

/** A function of an instrumented file. */
export interface InstrumentedCode {
  readonly file: InstrumentedFile;
  readonly entry: CodeEntry;
  /** The text as it was written. */
  readonly text: string;
}

/** A file that was instrumented, and everything that is known of it. */
export class InstrumentedFile {
  readonly loaded: LoadedSource;
  readonly rewritten: Rewritten;
  #lines: readonly number[] | undefined;

  constructor(loaded: LoadedSource, rewritten: Rewritten) {
    this.loaded = loaded;
    this.rewritten = rewritten;
  }

  /** Line and column of an offset in the original, from 0. */
  placeOf(offset: number): { readonly line: number; readonly column: number } {
    this.#lines ??= lineStarts(this.loaded.source);
    const lines = this.#lines;
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lines[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (lines[low] as number) };
  }
}

const files = new Map<string, InstrumentedFile>();
const CAPACITY = 5000;
const known = new Map<string, InstrumentedCode | null>();
const MARKER = new RegExp(`${REGISTRY_NAME}\\.[cft]\\("(\\w+)",(\\d+)`, 'g');

/** A file by the name that it has in instrumented code. */
export function fileById(id: string): InstrumentedFile | undefined {
  const file = files.get(id);
  if (file === undefined) {
    const from = registry();
    let loaded = from?.files.get(id);
    if (loaded === undefined) {
      from?.receive();
      loaded = from?.files.get(id);
    }
    if (loaded === undefined) return undefined;
    return openFile(loaded);
  }
  return file;
}

/** A file by its text. */
export function openFile(loaded: LoadedSource): InstrumentedFile {
  let file = files.get(loaded.id);
  if (file === undefined) {
    file = new InstrumentedFile(loaded, rewriting().rewrite(loaded.source, loaded.id, loaded.isModule));
    files.set(loaded.id, file);
  }
  return file;
}

/** Keeps what was found out about a file while it was loaded. */
export function keepRewritten(loaded: LoadedSource, rewritten: Rewritten): void {
  files.set(loaded.id, new InstrumentedFile(loaded, rewritten));
}

/** All files that were instrumented, also those that were not looked at yet. */
export function loadedSources(): Iterable<LoadedSource> {
  const from = registry();
  from?.receive();
  // Looking at a module may load another one.
  return [...(from?.files.values() ?? [])];
}

/**
 * What is known of a function by the text that the engine gives for it: its own marker says where it stands, and the
 * text there must be exactly its own. Only such a function may be entered to be asked.
 */
export function instrumentedCode(fn: AnyFunction): InstrumentedCode | undefined {
  const from = registry();
  return from === undefined ? undefined : codeByText(from, from.nativeText.call(fn));
}

/** The same by the text. */
export function codeByText(_from: Registry, text: string): InstrumentedCode | undefined {
  if (!text.includes(REGISTRY_NAME)) return undefined;
  let found = known.get(text);
  if (found === undefined) {
    found = search(text) ?? null;
    known.set(text, found);
    if (known.size > CAPACITY) known.delete(known.keys().next().value as string);
  }
  return found ?? undefined;
}

function search(text: string): InstrumentedCode | undefined {
  for (const [, id, number] of text.matchAll(MARKER)) {
    const file = fileById(id as string);
    const entry = file?.rewritten.entries[Number(number)];
    if (file === undefined || entry === undefined) continue;
    if (file.rewritten.insertions.slice(entry.start, entry.end) === text) {
      return { file, entry, text: file.loaded.source.slice(entry.start, entry.end) };
    }
  }
  return undefined;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  // The line terminators of ECMA-262, which V8 counts too.
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}
