import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect, types } from 'node:util';

const LOCATION = /\(?((?:file:\/\/)?\/[^\s()]+):(\d+):(\d+)\)?$/m;

/** Writes an uncaught error the way Node does: where it was thrown, the error, and Node's version. */
export function describeFatalError(error: unknown): string {
  const thrown = types.isNativeError(error) ? inspect(error) : `Uncaught:\n${inspect(error)}`;
  return `${excerpt(error)}\n${thrown}\n\nNode.js ${process.version}\n`;
}

/** The line of source that threw, with a mark under the place. Empty where it cannot be read. */
function excerpt(error: unknown): string {
  const stack = types.isNativeError(error) ? error.stack : undefined;
  const [, file, line, column] = LOCATION.exec(stack ?? '') ?? [];
  if (file === undefined) return '';
  try {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    const source = readFileSync(path, 'utf8').split('\n')[Number(line) - 1] ?? '';
    return `${file}:${line}\n${source}\n${' '.repeat(Number(column) - 1)}^\n`;
  } catch {
    return '';
  }
}
