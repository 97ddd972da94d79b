import type { GraphReader } from './reader.js';
import { hostSymbol, SYMBOL, WELL_KNOWN } from './symbol-table.js';

/** The symbols of a payload, by number. */
export type ReaderSymbols = symbol[];

/** A symbol by number; its first meeting says what it is. */
export function readSymbol(reader: GraphReader, index: number): symbol {
  const { symbols } = reader;
  const known = symbols[index];
  if (known !== undefined) return known;
  if (index !== symbols.length) throw reader.damaged('a symbol that is not there');
  const symbol = makeSymbol(reader, reader.uint());
  symbols.push(symbol);
  return symbol;
}

function makeSymbol(reader: GraphReader, how: number): symbol {
  switch (how) {
    case SYMBOL.wellKnown: {
      const symbol = WELL_KNOWN[reader.text()];
      if (symbol === undefined) throw reader.damaged('a well-known symbol that this engine does not have');
      return symbol;
    }
    case SYMBOL.registered:
      return Symbol.for(reader.text());
    case SYMBOL.unique:
      return Symbol(reader.text());
    case SYMBOL.host: {
      // Another version of the host may not have it, and then does not look for it.
      const name = reader.text();
      return hostSymbol(name) ?? Symbol(name);
    }
    case SYMBOL.uniqueWithoutText:
      return Symbol();
    default:
      throw reader.damaged('a symbol of an unknown kind');
  }
}
