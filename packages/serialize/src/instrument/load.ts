import { keepRewritten } from './files.js';
import { type LoadedSource, registry } from './registry.js';
import { rewrite } from './rewrite.js';

/** What is instrumented beside the files of the program itself. */
export interface InstrumentOptions {
  /**
   * Packages whose code is instrumented too: names, `*` standing for any part of one.
   *
   * @defaultValue []
   */
  readonly include?: readonly string[] | undefined;
}

/** Decides which files are instrumented. */
export class FileChoice {
  readonly #own: string;
  readonly #include: readonly RegExp[];

  /**
   * @param own - Begins the URLs of this package's files.
   * @param options - What the user says.
   */
  constructor(own: string, { include = [] }: InstrumentOptions) {
    this.#own = own;
    this.#include = include.map((name) => new RegExp(`^${name.split('*').map(quote).join('.*')}$`));
  }

  /** Whether a file is instrumented. */
  takes(url: string): boolean {
    if (!url.startsWith('file:') || url.startsWith(this.#own)) return false;
    const at = url.lastIndexOf('/node_modules/');
    if (at === -1) return true;
    const [first = '', second = ''] = url.slice(at + '/node_modules/'.length).split('/');
    const name = first.startsWith('@') ? `${first}/${second}` : first;
    return this.#include.some((pattern) => pattern.test(name));
  }
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

let count = 0;

/** A file instrumented, and its text for the registry. */
export function instrument(
  url: string,
  source: string,
  isModule: boolean,
  idPrefix: string,
): { readonly code: string; readonly loaded: LoadedSource } | undefined {
  const loaded: LoadedSource = { id: idPrefix + (count++).toString(36), url, source, isModule };
  try {
    const rewritten = rewrite(source, loaded.id, isModule);
    if (registry() !== undefined) keepRewritten(loaded, rewritten);
    return { code: rewritten.code, loaded };
  } catch {
    // Text that acorn does not take, or that cannot be instrumented: the file is left as it is, and its functions
    // are read through the inspector.
    return undefined;
  }
}
