import { emitterParts } from '../model/platform.js';
import { EXT } from '../model/tags.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { NameTable } from './name-table.js';

/** How a symbol is made again. */
export const SYMBOL = { wellKnown: 0, registered: 1, unique: 2, uniqueWithoutText: 3, host: 4 } as const;

/** The symbols that the language defines, by name. A null prototype: the names come from outside. */
export const WELL_KNOWN: Readonly<Record<string, symbol>> = Object.freeze(
  Object.getOwnPropertyNames(Symbol).reduce<Record<string, symbol>>((found, name) => {
    const symbol: unknown = Object.getOwnPropertyDescriptor(Symbol, name)?.value;
    if (typeof symbol === 'symbol') found[name] = symbol;
    return found;
  }, Object.create(null)),
);

const NAMES: ReadonlyMap<symbol, string> = new Map(Object.entries(WELL_KNOWN).map(([name, symbol]) => [symbol, name]));

/**
 * Symbols under which the host's event emitters keep settings, by name: every subclass has them, and they are not exported.
 */
let hostSymbols: ReadonlyMap<string, symbol> | undefined;

/** The host's own symbol of that name. */
export function hostSymbol(name: string): symbol | undefined {
  hostSymbols ??= new Map(
    emitterParts()
      .flatMap((part) => Object.getOwnPropertySymbols(part))
      .map((symbol) => [symbol.description ?? '', symbol]),
  );
  return hostSymbols.get(name);
}

/** Whether a symbol is found on every host: those of the language, of the registry and of the host. */
export function isFoundAnywhere(symbol: symbol): boolean {
  return NAMES.has(symbol) || Symbol.keyFor(symbol) !== undefined || hostSymbol(symbol.description ?? '') === symbol;
}

/** The symbols of one payload. */
export class SymbolTable {
  readonly #indices = new Map<symbol, number>();

  get size(): number {
    return this.#indices.size;
  }

  /** @returns Whether the other side finds it by name. */
  write(symbol: symbol, out: ByteWriter, names: NameTable): boolean {
    const known = this.#indices.get(symbol);
    if (known !== undefined) {
      out.extensionUint(EXT.symbol, known);
      return false;
    }
    const wellKnown = NAMES.get(symbol);
    const registered = Symbol.keyFor(symbol);
    // A symbol that a module exports is that module's on the other side too.
    const elsewhere = isFoundAnywhere(symbol);
    const named = elsewhere ? undefined : names.indexOf(symbol);
    if (named !== undefined) {
      out.extensionUint(EXT.named, named);
      return true;
    }
    out.extensionUint(EXT.symbol, this.#indices.size);
    this.#indices.set(symbol, this.#indices.size);
    const text = wellKnown ?? registered ?? symbol.description;
    out.uint(
      wellKnown !== undefined
        ? SYMBOL.wellKnown
        : registered !== undefined
          ? SYMBOL.registered
          : elsewhere
            ? SYMBOL.host
            : text === undefined
              ? SYMBOL.uniqueWithoutText
              : SYMBOL.unique,
    );
    if (text !== undefined) out.string(text);
    return false;
  }
}
