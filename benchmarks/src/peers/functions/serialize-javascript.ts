// serialize-javascript: the text of the function, without what it captured.
import { createRequire } from 'node:module';
import type { FunctionPeer } from './function-peer.js';

const require = createRequire(import.meta.url);

export const serializeJavascriptPeer: FunctionPeer = {
  id: 'serialize-javascript',
  title: 'serialize-javascript',
  package: 'serialize-javascript',
  use: '`serialize(fn)`; restored by indirect `eval`.',
  load: async () => {
    const serialize = require('serialize-javascript') as (value: unknown) => string;
    return {
      encode: (fn) => Buffer.from(serialize(fn)),
      decode: (bytes) => globalThis.eval(`(${bytes})`),
    };
  },
};
