import type { CodeMap } from '../model/code.js';
import { readMappings, type Segment, writeMappings } from '../model/mappings.js';

interface SourceMapFinder {
  findSourceMap(url: string): { readonly payload: RawMap } | undefined;
}

interface RawMap {
  readonly mappings?: string;
  readonly sources?: readonly string[];
}

type Lines = readonly (readonly Segment[])[];

const decoded = new WeakMap<RawMap, Lines>();

/**
 * The part of a file's source map that covers a function, where the program runs with source maps
 * (`--enable-source-maps`, or a tool that turns them on).
 *
 * @param line - Where the text starts in its file, from 0.
 */
export function mapOfText(url: string | undefined, line: number, column: number, text: string): CodeMap | undefined {
  const host = typeof process === 'object' ? (process as { sourceMapsEnabled?: boolean }) : undefined;
  if (url === undefined || host?.sourceMapsEnabled !== true) return undefined;
  const finder = process.getBuiltinModule('node:module') as unknown as SourceMapFinder;
  const map = finder.findSourceMap(url)?.payload;
  if (map?.mappings === undefined || map.sources === undefined) return undefined;
  let lines = decoded.get(map);
  if (lines === undefined) {
    lines = readMappings(map.mappings);
    decoded.set(map, lines);
  }
  const count = text.split('\n').length;
  const used: string[] = [];
  const slice = Array.from({ length: count }, (_, i) => segmentsFrom(lines[line + i] ?? [], i === 0 ? column : 0)).map(
    (segments) =>
      segments.map(([at, source, sourceLine, sourceColumn]): Segment => {
        const name = map.sources?.[source] ?? url;
        const known = used.indexOf(name);
        return [at, known === -1 ? used.push(name) - 1 : known, sourceLine, sourceColumn];
      }),
  );
  return used.length === 0 ? undefined : { sources: used, mappings: writeMappings(slice) };
}

/** The segments from a column on, relative to it, and the one that covers it. */
function segmentsFrom(segments: readonly Segment[], column: number): readonly Segment[] {
  const first = segments.findLastIndex(([at]) => at <= column);
  return segments
    .slice(Math.max(first, 0))
    .map(([at, source, line, sourceColumn]) => [Math.max(at - column, 0), source, line, sourceColumn]);
}
