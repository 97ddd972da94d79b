import type { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import type { Kind, ValueSource } from '../model/kind.js';
import { crypto, NodeBuffer, types } from '../model/platform.js';
import { getterOf } from './collections.js';
import { hostKind, nameOfClass, namesClass } from './host-class.js';

// Keys and certificates. Their bytes stand in the payload as they are: whoever reads the payload has the key.

type CryptoKey = webcrypto.CryptoKey;

// The position in this list is the number on the wire.
const TYPES = ['secret', 'public', 'private'] as const;

const checks = types as { isKeyObject?(value: unknown): boolean; isCryptoKey?(value: unknown): boolean } | undefined;

/** From Node 23 on a key can become one of the Web's. */
interface Convertible {
  toCryptoKey?(algorithm: unknown, extractable: boolean, usages: readonly string[]): CryptoKey;
}

function cryptoKeyPrototype(): object {
  return (globalThis as unknown as { readonly CryptoKey: { readonly prototype: object } }).CryptoKey.prototype;
}

function property<R>(prototype: object, key: string, value: object): R {
  return getterOf<object, R>(prototype, key)(value);
}

function bytesOf(key: KeyObject, type: KeyObject['type']): Uint8Array {
  // A secret key has one form; the type definitions know it by the absence of options.
  if (type === 'secret') return new Uint8Array(key.export() as Buffer);
  return new Uint8Array(key.export({ format: 'der', type: type === 'public' ? 'spki' : 'pkcs8' } as never) as Buffer);
}

function readBytes(source: ValueSource): Buffer<ArrayBuffer> {
  const bytes = source.value();
  if (!(bytes instanceof Uint8Array) || NodeBuffer === undefined) throw source.damaged('a key without its bytes');
  return NodeBuffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

function readKey(source: ValueSource): KeyObject {
  const type = TYPES[source.uint()];
  const key = readBytes(source);
  const node = crypto();
  if (node === undefined) throw source.damaged('a key, and the host has no node:crypto,');
  if (type === 'secret') return node.createSecretKey(key);
  if (type === 'public') return node.createPublicKey({ key, format: 'der', type: 'spki' });
  if (type === 'private') return node.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  throw source.damaged('a key of an unknown type');
}

const keyObjectKind: Kind<KeyObject> = {
  code: 81,
  name: 'KeyObject',
  prototype: undefined,
  test: (value) => namesClass(value, 'KeyObject') && checks?.isKeyObject?.(value) === true,
  structuralKeys: -1,
  ownKeys: Object.getOwnPropertyNames,
  // Each type has a class of its own, which is not exported.
  ownPrototype(key) {
    const prototype = Object.getPrototypeOf(key) as object;
    return /^(?:Secret|Public|Private)KeyObject$/.test(nameOfClass(prototype) ?? '') ? prototype : null;
  },
  write(key, sink) {
    const type = property<KeyObject['type']>(crypto()!.KeyObject.prototype, 'type', key);
    sink.uint(TYPES.indexOf(type));
    sink.value(bytesOf(key, type));
  },
  read(source) {
    const place = source.reserve();
    return source.fill(place, readKey(source));
  },
};

const cryptoKeyKind: Kind<CryptoKey> = {
  code: 82,
  name: 'CryptoKey',
  prototype: undefined,
  test: (value) =>
    namesClass(value, 'CryptoKey') &&
    checks?.isCryptoKey?.(value) === true &&
    (crypto()?.KeyObject.prototype as Convertible | undefined)?.toCryptoKey !== undefined &&
    property(cryptoKeyPrototype(), 'extractable', value) === true,
  structuralKeys: -1,
  ownKeys: Object.getOwnPropertyNames,
  // What is shown of a key may be of a class beneath the one that is exported.
  ownPrototype: (key) => Object.getPrototypeOf(key) as object,
  write(key, sink) {
    const prototype = cryptoKeyPrototype();
    const type = property<KeyObject['type']>(prototype, 'type', key);
    sink.uint(TYPES.indexOf(type));
    sink.value(bytesOf(crypto()!.KeyObject.from(key), type));
    sink.value({ ...property<object>(prototype, 'algorithm', key) });
    sink.value([...property<readonly string[]>(prototype, 'usages', key)]);
  },
  read(source) {
    const place = source.reserve();
    const key = readKey(source) as KeyObject & Convertible;
    const algorithm = source.value();
    const usages = source.value();
    if (key.toCryptoKey === undefined || !Array.isArray(usages)) {
      throw source.damaged('a key that this host cannot make');
    }
    return source.fill(place, key.toCryptoKey(algorithm, true, usages as readonly string[]));
  },
};

const certificateKind: Kind<X509Certificate> = hostKind<X509Certificate>({
  code: 83,
  name: 'X509Certificate',
  prototype: () => crypto()?.X509Certificate.prototype,
  accepts: (value) => property(crypto()!.X509Certificate.prototype, 'raw', value) !== undefined,
  write: (certificate, sink) =>
    sink.value(new Uint8Array(property<Uint8Array>(crypto()!.X509Certificate.prototype, 'raw', certificate))),
  read(source) {
    const place = source.reserve();
    const bytes = readBytes(source);
    const node = crypto();
    if (node === undefined) throw source.damaged('a certificate, and the host has no node:crypto,');
    return source.fill(place, new node.X509Certificate(bytes));
  },
});

export const keyKinds: readonly Kind[] = [keyObjectKind, cryptoKeyKind, certificateKind] as readonly Kind[];
