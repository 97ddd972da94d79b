import { FileChoice, type InstrumentOptions, instrument } from './load.js';
import type { Registry } from './registry.js';

type NodeModule = typeof import('node:module');

interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | undefined;
  readonly shortCircuit?: boolean | undefined;
}

type LoadHook = (url: string, context: object, nextLoad: (url: string, context?: object) => Loaded) => Loaded;

interface SyncHooks {
  registerHooks?(hooks: { load: LoadHook }): void;
  stripTypeScriptTypes?(source: string): string;
}

const MODULE_FORMATS: ReadonlySet<string> = new Set(['module', 'module-typescript']);
const FORMATS: ReadonlySet<string> = new Set([...MODULE_FORMATS, 'commonjs', 'commonjs-typescript']);

/** Instruments files as they are loaded, from now on. */
export function installHooks(to: Registry, module: NodeModule, own: string, options: InstrumentOptions): void {
  const choice = new FileChoice(own, options);
  const hooks = module as unknown as SyncHooks;
  if (hooks.registerHooks !== undefined) {
    hooks.registerHooks({ load: loadHook(to, choice, hooks) });
    return;
  }
  instrumentCommonJs(to, module, choice);
  const { MessageChannel, receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads');
  const { port1, port2 } = new MessageChannel();
  try {
    module.register(new URL('./loader-thread.js', import.meta.url), {
      data: { port: port2, own, options },
      transferList: [port2],
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_ACCESS_DENIED') throw error;
    port1.close();
    process.emitWarning(
      'ES modules are not instrumented: this version of Node loads hooks for them in a thread of their own. Add --allow-worker.',
      { code: 'MP_REGISTER' },
    );
    return;
  }
  // The thread of the loader sends a file's text before the file runs.
  to.receive = () => {
    for (let got = receiveMessageOnPort(port1); got !== undefined; got = receiveMessageOnPort(port1)) {
      const loaded = (got as { message: Parameters<Registry['files']['set']>[1] }).message;
      to.files.set(loaded.id, loaded);
    }
  };
  port1.unref();
}

function loadHook(to: Registry, choice: FileChoice, hooks: SyncHooks): LoadHook {
  // `require` of an ES module that was imported asks the hooks again, and evaluates nothing.
  const modules = new Map<string, { readonly given: string; readonly code: string }>();
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const { format, source } = loaded;
    const [file = ''] = url.split(/[?#]/);
    if (typeof format !== 'string' || !FORMATS.has(format) || !choice.takes(file)) return loaded;
    const given = textOfSource(source);
    if (given === undefined) return loaded;
    const isModule = MODULE_FORMATS.has(format);
    const plain = format.replace('-typescript', '');
    const before = isModule ? modules.get(url) : undefined;
    if (before?.given === given) return { ...loaded, format: plain, source: before.code };
    const text = format.endsWith('-typescript') ? hooks.stripTypeScriptTypes?.(given) : given;
    const made = text === undefined ? undefined : instrument(url, text, isModule, 'h');
    if (made === undefined) return loaded;
    to.files.set(made.loaded.id, made.loaded);
    if (isModule) modules.set(url, { given, code: made.code });
    return { ...loaded, format: plain, source: made.code };
  };
}

/** The text of a source; `undefined` where the loader reads the file itself. */
export function textOfSource(source: Loaded['source']): string | undefined {
  if (source === undefined || source === null) return undefined;
  if (typeof source === 'string') return source;
  return new TextDecoder().decode(source as Uint8Array);
}

/** All loaders of CommonJS, those of tools too, end in one method. */
function instrumentCommonJs(to: Registry, module: NodeModule, choice: FileChoice): void {
  const prototype = module.Module.prototype as unknown as {
    _compile(content: string, filename: string, ...rest: unknown[]): unknown;
  };
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const compile = prototype._compile;
  prototype._compile = function _compile(content, filename, ...rest) {
    const url = pathToFileURL(filename).href;
    const made = choice.takes(url) ? instrument(url, content, false, 'c') : undefined;
    if (made !== undefined) to.files.set(made.loaded.id, made.loaded);
    return Reflect.apply(compile, this, [made?.code ?? content, filename, ...rest]);
  };
}
