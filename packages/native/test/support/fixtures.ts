import { fileURLToPath } from 'node:url';

/** The URL of a fixture script; they are not compiled. */
export function fixture(name: string): string {
  return new URL(`../../test/fixtures/${name}`, import.meta.url).href;
}

/** The path of a fixture script. */
export function fixturePath(name: string): string {
  return fileURLToPath(fixture(name));
}
