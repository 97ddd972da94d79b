import { isGuarded } from './inherited-handles.js';
import { readClosure } from './node-internals.js';
import { refusedMethods } from './refusal.js';

/** A class of Node's whose objects stand on a socket, that nothing leads to from the socket. */
interface Layer {
  readonly kind: string;
  readonly prototype: object;
}

/** Where Node keeps what an object stands on: a stream of HTTP/2 on a session, and that on a socket. */
interface Links {
  readonly kSocket?: symbol;
  readonly kSession?: symbol;
}

/** The kinds of Node's own classes for HTTP/2, lib/internal/http2/core.js and compat.js. */
const HTTP2_KINDS: Readonly<Record<string, string>> = {
  ClientHttp2Session: 'HTTP/2 session',
  ServerHttp2Session: 'HTTP/2 session',
  ClientHttp2Stream: 'HTTP/2 stream',
  ServerHttp2Stream: 'HTTP/2 stream',
  Http2ServerRequest: 'request',
  Http2ServerResponse: 'response',
};

let layers: readonly Layer[] = [];
let links: Links = {};
let hasTls = false;
let hasHttp2 = false;
/** Prototypes that ask already whose an object is, also those that were asked in the process from which this was forked. */
const asking = new WeakSet<object>();

/** Finds the classes, in the process that is going to be forked, as far as it has loaded them. */
export function findLayers(): void {
  if (!hasTls && isLoaded('tls')) {
    hasTls = true;
    layers = [...layers, { kind: 'socket', prototype: process.getBuiltinModule('node:tls').TLSSocket.prototype }];
  }
  if (hasHttp2 || !isLoaded('internal/http2/core')) return;
  hasHttp2 = true;
  const { connect } = process.getBuiltinModule('node:http2');
  const { kSocket, kSession, ...classes } = readClosure(connect, ['kSocket', 'kSession', ...Object.keys(HTTP2_KINDS)]);
  if (typeof kSocket === 'symbol' && typeof kSession === 'symbol') links = { kSocket, kSession };
  for (const [name, found] of Object.entries(classes))
    if (typeof found === 'function')
      layers = [...layers, { kind: HTTP2_KINDS[name] ?? 'stream', prototype: found.prototype as object }];
}

/** Node lists what it has loaded of its own. A process that never used TLS or HTTP/2 need not load them to be forked. */
function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? false;
}

/**
 * Makes every use of what stands on the parent's sockets fail, in a child that was just forked and whose sockets are
 * guarded. Nobody has a list of these objects, so that their methods ask.
 */
export function guardInheritedLayers(): void {
  for (const { kind, prototype } of layers) {
    if (asking.has(prototype)) continue;
    asking.add(prototype);
    for (const [key, refuse] of refusedMethods(prototype, kind)) {
      const original = Reflect.get(prototype, key) as (...args: unknown[]) => unknown;
      const value = function method(this: object, ...args: unknown[]): unknown {
        return Reflect.apply(standsOnGuarded(this) ? refuse : original, this, args);
      };
      Object.defineProperty(prototype, key, { value, writable: true, configurable: true, enumerable: false });
    }
  }
}

interface Standing {
  /** The wrapper of a wrapper: a TLS socket has here the socket that it was given. */
  readonly _handle?: { readonly _parentWrap?: object } | null;
  /** What a socket is made of that has no handle of its own, and the stream of a request. */
  readonly stream?: object;
  readonly [link: symbol]: object | undefined;
}

function standsOnGuarded(one: object): boolean {
  for (let at: object | undefined = one; at !== undefined; at = below(at)) if (isGuarded(at)) return true;
  return false;
}

function below(one: object): object | undefined {
  const { _handle, stream, [links.kSocket ?? none]: socket, [links.kSession ?? none]: session } = one as Standing;
  return _handle?._parentWrap ?? socket ?? session ?? stream;
}

const none: unique symbol = Symbol('none') as never;
