/** A segment of a source map: column, then index of the source, its line and column; all from 0. */
export type Segment = readonly [column: number, source: number, line: number, sourceColumn: number];

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map([...DIGITS].map((digit, i) => [digit, i]));
const CONTINUES = 32;

/** Reads the `mappings` of a source map (ECMA-426, 8.2): the segments of each line. Those without a source are left out. */
export function readMappings(text: string): readonly (readonly Segment[])[] {
  let source = 0;
  let line = 0;
  let sourceColumn = 0;
  return text.split(';').map((group) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const one of group === '' ? [] : group.split(',')) {
      const fields = readNumbers(one);
      column += fields[0] ?? 0;
      if (fields.length < 4) continue;
      source += fields[1] as number;
      line += fields[2] as number;
      sourceColumn += fields[3] as number;
      segments.push([column, source, line, sourceColumn]);
    }
    return segments;
  });
}

/** Writes the `mappings` of a source map. */
export function writeMappings(lines: readonly (readonly Segment[])[]): string {
  let source = 0;
  let line = 0;
  let sourceColumn = 0;
  return lines
    .map((segments) => {
      let column = 0;
      return segments
        .map((segment) => {
          const deltas = [segment[0] - column, segment[1] - source, segment[2] - line, segment[3] - sourceColumn];
          [column, source, line, sourceColumn] = segment;
          return deltas.map(writeNumber).join('');
        })
        .join(',');
    })
    .join(';');
}

function readNumbers(text: string): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = VALUES.get(digit) ?? 0;
    value += (bits & (CONTINUES - 1)) * 2 ** shift;
    shift += 5;
    if ((bits & CONTINUES) !== 0) continue;
    const half = Math.floor(value / 2);
    numbers.push(value % 2 === 1 ? -half : half);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function writeNumber(number: number): string {
  let rest = number < 0 ? -number * 2 + 1 : number * 2;
  let text = '';
  do {
    const bits = rest % CONTINUES;
    rest = Math.floor(rest / CONTINUES);
    text += DIGITS[rest > 0 ? bits + CONTINUES : bits];
  } while (rest > 0);
  return text;
}
