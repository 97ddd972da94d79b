import { codeByText } from './files.js';
import { REGISTRY_NAME, type Registry } from './registry.js';

/**
 * Lets `toString` of instrumented functions give the text as it was written.
 *
 * Frameworks parse that text (parameters by name), tests compare it.
 */
export function restoreSourceText(from: Registry): void {
  const native = from.nativeText;
  const nativeOfNative = native.call(native);
  // A method of a literal has no `prototype` and cannot be constructed, as the engine's own.
  const methods = {
    toString(this: unknown): string {
      if (this === methods.toString) return nativeOfNative;
      const text = Reflect.apply(native, this, []) as string;
      return text.includes(REGISTRY_NAME) ? (codeByText(from, text)?.text ?? text) : text;
    },
  };
  Object.defineProperty(Function.prototype, 'toString', {
    value: methods.toString,
    writable: true,
    configurable: true,
  });
}
