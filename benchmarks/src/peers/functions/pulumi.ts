// Pulumi's closure serializer, the part of its SDK that ships a lambda's code to a cloud.
import { createRequire } from 'node:module';
import type { FunctionPeer } from './function-peer.js';

const require = createRequire(import.meta.url);

interface PulumiRuntime {
  serializeFunction(
    fn: unknown,
    options?: { isFactoryFunction?: boolean },
  ): Promise<{ text: string; exportName: string }>;
}

export const pulumiPeer: FunctionPeer = {
  id: 'pulumi',
  title: '@pulumi/pulumi',
  package: '@pulumi/pulumi',
  use: '`runtime.serializeFunction(fn)`; restored by evaluating the text as a CommonJS module. The last version for Node 20.',
  load: async () => {
    const { serializeFunction } = require('@pulumi/pulumi/runtime/index.js') as PulumiRuntime;
    return {
      encode: async (fn) => {
        // A class cannot be the handler itself; like any captured value it can be returned by one.
        const isClass = /^class\b/.test(Function.prototype.toString.call(fn));
        const { text, exportName } = await serializeFunction(isClass ? () => fn : fn);
        return Buffer.from(JSON.stringify({ text, exportName, isClass }));
      },
      decode: (bytes) => {
        const { text, exportName, isClass } = JSON.parse(bytes.toString()) as Record<string, string>;
        const exports: Record<string, () => unknown> = {};
        new Function('exports', 'require', text!)(exports, require);
        const restored = exports[exportName!]!;
        return isClass ? restored() : restored;
      },
    };
  },
};
