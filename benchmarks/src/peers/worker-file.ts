import { fileURLToPath } from 'node:url';

/** The path of a file of benchmarks/workers. */
export function workerFile(name: string): string {
  return fileURLToPath(new URL(`../../workers/${name}`, import.meta.url));
}
