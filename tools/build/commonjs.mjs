// The CommonJS twin of a file, for programs that cannot `require` an ES module: stock jest, foremost.
// Plain Node (20.19 and later) takes the ES module for `require` too, by the condition `module-sync`,
// so that a process never has two copies.
import { transform } from 'esbuild';

// A twin says the URL of its ES module, so that files beside it (the entry of a child process) are found once.
const TWIN_URL = "require('node:url').pathToFileURL(__filename.replace(/([\\\\/]lib[\\\\/])cjs[\\\\/]/, '$1')).href";
// The map of the ES module does not fit its twin. At the end only: the text of a module may hold such a comment, too.
const MAP_COMMENT = /\n\/\/# sourceMappingURL=[^\n]*\s*$/;

export async function toCommonJs(text, sourcefile) {
  const { code } = await transform(text, {
    format: 'cjs',
    target: 'node20',
    sourcefile,
    define: { 'import.meta.url': '__moduleUrl' },
    // `import()` must stay what it is: it loads ES modules.
    supported: { 'dynamic-import': true },
  });
  const body = code.includes('__moduleUrl') ? `const __moduleUrl = ${TWIN_URL};\n${code}` : code;
  return body.replace(MAP_COMMENT, '\n');
}
