/** Names of the global object that every realm of a JavaScript runtime is expected to have: they are never captured. */
const NAMES = `
AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array
BigUint64Array Blob Boolean BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DataView Date DecompressionStream DisposableStack Error
ErrorEvent EvalError Event EventSource EventTarget File FinalizationRegistry Float16Array Float32Array Float64Array
FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math MessageChannel
MessageEvent MessagePort NaN Navigator Number Object Performance PerformanceEntry PerformanceMark PerformanceMeasure
PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming Promise Proxy QuotaExceededError RangeError
ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
ReadableStreamDefaultController ReadableStreamDefaultReader ReferenceError Reflect RegExp Request Response Set
SharedArrayBuffer Storage String SubtleCrypto SuppressedError Symbol SyntaxError Temporal TextDecoder TextDecoderStream
TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController TypeError URIError URL URLPattern
URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly WebSocket
WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearImmediate clearInterval
clearTimeout console crypto decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval fetch gc global
globalThis isFinite isNaN localStorage navigator parseFloat parseInt performance process queueMicrotask self
sessionStorage setImmediate setInterval setTimeout structuredClone undefined unescape window document location
`;

/**
 * Globals that Node makes when they are first looked at, by the module whose loading that costs: an HTTP client takes 40 ms.
 * Until that module is loaded, nothing of it can be part of a value.
 */
export const LATE_GLOBALS: readonly (readonly [module: string, names: ReadonlySet<string>])[] = [
  [
    'NativeModule internal/deps/undici/undici',
    new Set('FormData Headers Request Response MessageEvent WebSocket CloseEvent EventSource ErrorEvent'.split(' ')),
  ],
  [
    'NativeModule internal/webstreams/transformstream',
    new Set(
      `ByteLengthQueuingStrategy CountQueuingStrategy ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
      ReadableStreamDefaultController ReadableStreamDefaultReader ReadableByteStreamController TextDecoderStream
      TextEncoderStream TransformStream TransformStreamDefaultController WritableStream WritableStreamDefaultController
      WritableStreamDefaultWriter CompressionStream DecompressionStream`.split(/\s+/),
    ),
  ],
];

/** The names of globals that are the same thing in every process. */
export const STANDARD_GLOBALS: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/));
