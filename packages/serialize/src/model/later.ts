/**
 * A part of this package that many programs never need, loaded when it is first used, and at once: what asks for it is
 * synchronous.
 *
 * The build (`tools/build/bundle.mjs`) finds the calls by their form. It makes the part a CommonJS file of its own, which
 * any loader can load synchronously, and gives it `shared`: what it has in common with the rest must exist once. In the
 * builds for bundlers and for CommonJS it takes the part in instead.
 *
 * @param path - The part, from the calling module.
 * @param from - `import.meta.url` of the calling module.
 * @param shared - Added by the build.
 * @param require - Added by the build, which has one that compiles faster.
 */
export function later<Module>(
  path: string,
  from: string,
  shared?: object,
  require?: (path: string) => unknown,
): () => Module {
  let module: Module | undefined;
  return () => {
    if (module === undefined) {
      const loaded = (require ?? process.getBuiltinModule('node:module').createRequire(from))(path);
      module = (shared === undefined ? loaded : (loaded as (shared: object) => unknown)(shared)) as Module;
    }
    return module;
  };
}
