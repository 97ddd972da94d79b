import { types } from '../model/platform.js';
import { engineName } from './engine-name.js';

const { getPrototypeOf, getOwnPropertyDescriptor, getOwnPropertyNames } = Object;

/**
 * Classes of the language and of the host whose members have internal slots or private fields that `node:util` has no test for,
 * by the names that the engine has for them.
 */
const BRANDED: ReadonlySet<string> = new Set(
  `WeakRef FinalizationRegistry DisposableStack AsyncDisposableStack Segments
  Collator DateTimeFormat DisplayNames ListFormat NumberFormat PluralRules RelativeTimeFormat Segmenter DurationFormat Locale
  Duration Instant PlainDate PlainDateTime PlainMonthDay PlainTime PlainYearMonth ZonedDateTime
  URL URLSearchParams URLPattern Headers FormData Request Response Blob File WebSocket EventSource Storage
  Event CustomEvent MessageEvent CloseEvent ErrorEvent EventTarget AbortSignal AbortController DOMException
  TextEncoder TextDecoder TextEncoderStream TextDecoderStream CompressionStream DecompressionStream
  ReadableStream WritableStream TransformStream ReadableStreamDefaultReader ReadableStreamBYOBReader WritableStreamDefaultWriter
  ByteLengthQueuingStrategy CountQueuingStrategy MessageChannel MessagePort BroadcastChannel
  KeyObject SecretKeyObject PublicKeyObject PrivateKeyObject CryptoKey SubtleCrypto Crypto X509Certificate Hash Hmac
  PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver RecordableHistogram IntervalHistogram
  BlockList SocketAddress MIMEType MIMEParams ContextifyScript Script DatabaseSync StatementSync
  Module Instance Memory Table Global Tag Exception`.split(/\s+/),
);

/** The names that the engine has for iterators of the language and of the host. */
const ITERATOR = /^(?:Array Iterator|Segment Iterator|(?:String|RegExpString|URLSearchParams)?Iterator)$/;

/**
 * The built-in class that made an object which has another prototype since: an ordinary object for all that can be seen of it.
 *
 * @returns `undefined` for all others, and where the engine does not say.
 */
export function disguised(object: object): string | undefined {
  // The names of classes in what Node bundles may have an underscore in front.
  const name = engineName(object)?.replace(/^_/, '');
  if (name === undefined || name === 'Object' || !(BRANDED.has(name) || ITERATOR.test(name))) return undefined;
  for (let holder = getPrototypeOf(object) as object | null; holder !== null; ) {
    if (types?.isProxy(holder) === true) return undefined;
    const owner: unknown = getOwnPropertyDescriptor(holder, 'constructor')?.value;
    if (typeof owner === 'function' && getOwnPropertyDescriptor(owner, 'name')?.value === name) return undefined;
    holder = getPrototypeOf(holder) as object | null;
  }
  // No class of a program's has a name of two words.
  if (name.includes(' ') && !hasTag(object)) return name;
  // A program's own class may have the name. Where its brand cannot be asked for, an object with properties is taken for the program's.
  return (hasBrand(object, name) ?? getOwnPropertyNames(object).length === 0) ? name : undefined;
}

/** Whether the engine may have the name from a property: an own one, or an inherited one. No getter runs. */
function hasTag(object: object): boolean {
  for (let holder: object | null = object; holder !== null; holder = getPrototypeOf(holder) as object | null) {
    if (types?.isProxy(holder) === true || Object.hasOwn(holder, Symbol.toStringTag)) return true;
  }
  return false;
}

/** Whether a getter of the class accepts the object; `undefined` where there is nothing to ask. */
function hasBrand(object: object, name: string): boolean | undefined {
  // Their getters look at the prototype.
  if (name === 'Request' || name === 'Response') return undefined;
  const prototype = classOf(name)?.prototype;
  if (prototype === undefined) return undefined;
  for (const key of Reflect.ownKeys(prototype)) {
    const get = getOwnPropertyDescriptor(prototype, key)?.get;
    if (get === undefined) continue;
    try {
      get.call(object);
      return true;
    } catch {
      return false;
    }
  }
  return undefined;
}

function classOf(name: string): { readonly prototype: object } | undefined {
  const {
    Intl: intl,
    WebAssembly: wasm,
    Temporal: temporal,
  } = globalThis as unknown as Record<string, object | undefined>;
  for (const namespace of [globalThis, intl, wasm, temporal]) {
    const found: unknown = (namespace as Record<string, unknown> | undefined)?.[name];
    if (typeof found === 'function') return found as never;
  }
  return undefined;
}
