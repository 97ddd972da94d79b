// What a module says about where others are holds in `src`; in `lib` they are elsewhere.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { sharedModule } from './later-parts.mjs';

// A user's bundle in CommonJS has no `import.meta`; nothing is beside any bundle.
const BASE = "import.meta.url ?? 'file:///bundle/'";

// Not in a comment.
const URL_OF_MODULE = /^(?!\s*(?:\*|\/\/))(.*)new URL\('(\.[^']*)', import\.meta\.url\)/gm;
const LATER = /\blater<[^>]*>\('(\.[^']*)', import\.meta\.url\)/g;

/** What a process or thread begins with. */
function startOf(output) {
  return output === 'spawned' || output === 'thread' ? `start-${output}.cjs` : `${output}.js`;
}

/**
 * @param outputOf - The name in `lib` of each source that is started by its URL.
 * @param prefix - The way from the file that is built to `lib`.
 * @param parts - The parts that are loaded later, or a function that says how one is taken in.
 */
export function rewriteModules(sources, outputOf, { prefix, parts }) {
  return {
    name: 'rewrite-modules',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const sourceOf = (to) => resolve(dirname(path), to).replace(/\.js$/, '.ts');
        let imports = '';
        const contents = (await readFile(path, 'utf8'))
          .replace(URL_OF_MODULE, (_, before, to) => {
            if (resolve(dirname(path), to) === sources) return `${before}new URL('${prefix}', ${BASE})`;
            const output = outputOf.get(sourceOf(to));
            if (output === undefined) throw new Error(`${path}: ${to} is referred to by its URL and is no entry.`);
            return `${before}new URL('${prefix}${startOf(output)}', ${BASE})`;
          })
          .replace(LATER, (_, to) => {
            if (typeof parts === 'function') return parts(to);
            const part = parts.find(({ source }) => source === sourceOf(to));
            if (part === undefined) throw new Error(`${path}: ${to} is loaded later and is no part.`);
            // On the first line, so that all lines keep their numbers.
            imports += `import * as shared_${part.output} from ${JSON.stringify(`shared:${part.output}`)}; `;
            return `later('./${part.output}.cjs', import.meta.url, shared_${part.output})`;
          });
        return { contents: imports + contents, loader: 'ts' };
      });
      if (typeof parts === 'function') return;
      onResolve({ filter: /^shared:/ }, ({ path }) => ({ path: path.slice('shared:'.length), namespace: 'shared' }));
      onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({
        contents: sharedModule(parts.find(({ output }) => output === path).needs ?? []),
        resolveDir: sources,
      }));
    },
  };
}
