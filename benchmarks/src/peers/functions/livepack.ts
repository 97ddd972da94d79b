// livepack: its `register` instruments every file that is required afterwards.
import { createRequire } from 'node:module';
import type { FunctionPeer } from './function-peer.js';

const require = createRequire(import.meta.url);

export const livepackPeer: FunctionPeer = {
  id: 'livepack',
  title: 'livepack',
  package: 'livepack',
  use: "`require('livepack/register')` first, then `serialize(fn)`; restored by indirect `eval`.",
  load: async () => {
    require('livepack/register');
    const { serialize } = require('livepack') as { serialize(value: unknown): string };
    return {
      encode: (fn) => Buffer.from(serialize(fn)),
      decode: (bytes) => globalThis.eval(`(${bytes})`),
    };
  },
};
