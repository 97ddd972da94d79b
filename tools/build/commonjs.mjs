// The CommonJS twin of a file, for programs that cannot `require` an ES module: stock jest, foremost.
// Plain Node (20.19 and later) takes the ES module for `require` too, by the condition `module-sync`,
// so that a process never has two copies.
import { transform } from 'esbuild';

// A twin says the URL of the ES module that it is made of, so that files beside that (the entry of a child process) are found once.
const twinUrl = (folder) =>
  `require('node:url').pathToFileURL(__filename.replace(/([\\\\/]lib[\\\\/])cjs[\\\\/]/, '$1${folder}')).href`;
// The map of the ES module does not fit its twin. At the end only: the text of a module may hold such a comment, too.
const MAP_COMMENT = /\n\/\/# sourceMappingURL=[^\n]*\s*$/;

/**
 * @param text - The text of an ES module.
 * @param sourcefile - Its path, for messages.
 * @param folder - Where in `lib` it lies: nothing, or a name and a slash.
 */
export async function toCommonJs(text, sourcefile, folder = '') {
  const { code } = await transform(text, {
    format: 'cjs',
    target: 'node20',
    sourcefile,
    define: { 'import.meta.url': '__moduleUrl' },
    // `import()` must stay what it is: it loads ES modules.
    supported: { 'dynamic-import': true },
  });
  const body = code.includes('__moduleUrl') ? `const __moduleUrl = ${twinUrl(folder)};\n${code}` : code;
  return body.replace(MAP_COMMENT, '\n');
}
