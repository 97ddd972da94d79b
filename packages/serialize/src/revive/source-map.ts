import type { CodeMap } from '../model/code.js';
import { readMappings, type Segment, writeMappings } from '../model/mappings.js';

/** A text with a map, and where it stands in the source of a factory. */
export interface PlacedMap {
  readonly line: number;
  readonly column: number;
  readonly map: CodeMap;
}

// Not in one piece: tools that show a stack trace (vitest, for one) look for such a comment in the text of each file in it,
// and would take this one for the file's own.
const MAP_DIRECTIVE = ['sourceMapping', 'URL'].join('');

let count = 0;

/**
 * Comments by which Node maps the positions of evaluated code. Node keeps one map for each URL, so every piece of
 * code has one of its own.
 */
export function mapComments(url: string, maps: readonly PlacedMap[]): string {
  const sources: string[] = [];
  const lines: Segment[][] = [];
  for (const { line, column, map } of maps) {
    const first = sources.length;
    sources.push(...map.sources);
    readMappings(map.mappings).forEach((segments, i) => {
      while (lines.length <= line + i) lines.push([]);
      const shift = i === 0 ? column : 0;
      lines[line + i]?.push(...segments.map(([at, source, l, c]): Segment => [at + shift, source + first, l, c]));
    });
  }
  for (const segments of lines) segments.sort((a, b) => a[0] - b[0]);
  const json = JSON.stringify({ version: 3, sources, names: [], mappings: writeMappings(lines) });
  const data = Buffer.from(json).toString('base64');
  const name = `${url.replace(/\s/g, encodeURIComponent)}#mp${count++}`;
  return `\n//# sourceURL=${name}\n//# ${MAP_DIRECTIVE}=data:application/json;base64,${data}`;
}
