import { type Kind, NEVER } from '../model/kind.js';
import { types } from '../model/platform.js';
import { hasState } from '../model/state.js';
import { nameOfClass } from './host-class.js';

// Objects whose state is not theirs alone: the system's, another thread's, or the engine's.

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;

/** A kind whose members are refused. */
export function refused(name: string, test: Kind['test'], what: string, instead: string): Kind {
  return {
    code: NEVER,
    name,
    prototype: undefined,
    test,
    structuralKeys: -1,
    write: (value, sink) => {
      throw sink.refuse(value, what, instead);
    },
    read: (source) => {
      throw source.damaged(`an object that never travels, ${name}`);
    },
  };
}

/** What a member is and what to do instead. */
type Advice = readonly [what: string, instead: string];

const STREAM = 'Send what it yields, or its path.';
const SOCKET: Advice = [
  'it is a socket or a server, which belongs to this process',
  'Send the address, and open one on the other side.',
];
const COMPUTATION: Advice = ['it is a computation half way through in native code', 'Send the data, or the result.'];
const CODE_OF_HOST: Advice = [
  'it is code as the engine has compiled it',
  'Send the text or the bytes that it was compiled from.',
];
const SIGNAL: Advice = [
  'nobody on the other side would hear of it when it is aborted here',
  'Abort by a message, or make one on the other side.',
];
const EVENT: Advice = ['it belongs to the listeners of this thread', 'Send what it says: its type and its data.'];
const WEB_STREAM: Advice = ['it is a stream', 'Send what it yields.'];

const ADVICE: readonly (readonly [classes: string, advice: Advice])[] = [
  ['Timeout Immediate', ['it is a timer of this thread', 'Start one on the other side.']],
  [
    'MessagePort MessageChannel BroadcastChannel',
    ['it is a port of this thread', 'Send a connection or a queue of the runtime.'],
  ],
  ['Worker ChildProcess Process', ['it is a process or thread that this one started', 'Send its pid, or its answer.']],
  ['AbortSignal AbortController', SIGNAL],
  ['TCP Pipe TTY UDP TLSWrap Server Socket Http2Session HTTPParser WebSocket EventSource', SOCKET],
  ['FSEvent FSWatcher StatWatcher FileHandle Dir DirHandle', ['it is an open file or directory', 'Send its path.']],
  ['Hash Hmac Sign Verify Cipheriv Decipheriv Cipher Decipher DiffieHellman DiffieHellmanGroup ECDH', COMPUTATION],
  ['Script ContextifyScript SourceTextModule SyntheticModule Module Instance', CODE_OF_HOST],
  ['Memory', ['it is memory of WebAssembly', 'Send its `buffer`.']],
  ['Event CustomEvent MessageEvent CloseEvent ErrorEvent EventTarget', EVENT],
  [
    'Request Response',
    [
      'it is a message whose body arrives piece by piece',
      'Send its parts: `await response.arrayBuffer()`, and its headers.',
    ],
  ],
  [
    'ReadableStream WritableStream TransformStream ReadableStreamDefaultReader ReadableStreamBYOBReader ' +
      'WritableStreamDefaultWriter TextEncoderStream TextDecoderStream CompressionStream DecompressionStream',
    WEB_STREAM,
  ],
  ['IncomingMessage ServerResponse ClientRequest OutgoingMessage', ['it is a message on a socket', STREAM]],
  ['Interface InterfaceConstructor REPLServer', ['it is tied to the streams of this process', STREAM]],
  ['DatabaseSync StatementSync', ['it is an open database', 'Send its path, and open it on the other side.']],
  ['FinalizationRegistry', ['what it waits for happens in this process', 'Make one on the other side.']],
];

const byClass = new Map<string, Advice>(
  ADVICE.flatMap(([classes, advice]) => classes.split(' ').map((name) => [name, advice] as const)),
);

/** What there is to say of the members of a class of the host's. */
export function adviceOn(name: string): Advice | undefined {
  return byClass.get(name);
}

/** Classes of the host whose members are handles of the system, by name. */
const HANDLE_CLASSES =
  /^(?:TCP|Pipe|TTY|UDP|Process|FSEvent|StatWatcher|HTTPParser|TLSWrap|FileHandle|MessagePort|Worker|Timeout|Immediate|Server|Socket|ChildProcess|ReadStream|WriteStream|AbortSignal|AbortController|OutgoingMessage)$/;

/** What a stream of Node's, or the half of one, inherits from. */
const STREAM_CLASSES = /^(?:Stream|Readable|Writable|Duplex|Transform)$/;

/** Whether a prototype is that of a class of the host's whose members hold handles, or are streams, going by its name. */
export function isHandlePrototype(prototype: object): boolean {
  const name = nameOfClass(prototype);
  return name !== undefined && (HANDLE_CLASSES.test(name) || STREAM_CLASSES.test(name));
}

/** The names of the classes on the prototype chain of an object. */
function* classesOf(value: object): Iterable<readonly [name: string, prototype: object]> {
  let prototype = getPrototypeOf(value) as object | null;
  while (prototype !== null && types?.isProxy(prototype) !== true) {
    const name = nameOfClass(prototype);
    if (name !== undefined) yield [name, prototype];
    prototype = getPrototypeOf(prototype) as object | null;
  }
}

/** The states that the host gives each stream, by their properties and their classes. */
const STREAM_STATES: readonly (readonly [key: string, name: string])[] = [
  ['_readableState', 'ReadableState'],
  ['_writableState', 'WritableState'],
];

function isStream(value: object): boolean {
  for (const [key, name] of STREAM_STATES) {
    const state: unknown = getOwnPropertyDescriptor(value, key)?.value;
    if (typeof state !== 'object' || state === null || types?.isProxy(state) === true) continue;
    const prototype = getPrototypeOf(state) as object | null;
    // A class of the user's may say itself what of a stream is to be sent.
    if (prototype !== null && nameOfClass(prototype) === name) return !hasState(value);
  }
  return false;
}

const streamKind: Kind = {
  ...refused('stream', isStream, '', ''),
  write(value, sink) {
    const [name = 'stream'] = [...classesOf(value)].map(([found]) => found);
    const advice = byClass.get(name);
    throw sink.refuse(value, advice?.[0] ?? `it is a stream (${name})`, advice?.[1] ?? STREAM);
  },
};

const handleKind: Kind = {
  ...refused('handle', isHandle, '', ''),
  write(value, sink) {
    for (const [name] of classesOf(value)) {
      const advice = byClass.get(name);
      if (advice !== undefined) throw sink.refuse(value, advice[0], advice[1]);
    }
    throw sink.refuse(
      value,
      'it is a handle of the operating system or of this thread',
      'Send what is needed to open one on the other side: a path, an address, an id.',
    );
  },
};

function isHandle(value: object): boolean {
  for (const [name, prototype] of classesOf(value)) {
    if (HANDLE_CLASSES.test(name)) return holdsHandle(value, (prototype as { constructor: object }).constructor);
  }
  return false;
}

/** Whether an object of that name is the host's, not a class of the user's that has the same name. */
function holdsHandle(value: object, owner: object): boolean {
  if (/\[native code\]/.test(Function.prototype.toString.call(owner))) return true;
  const keys = Reflect.ownKeys(value).map(String);
  return keys.some((key) =>
    /^(?:_handle|fd|_channel|_idleTimeout|outputData|Symbol\(.*(?:[kK]Handle|asyncId|async_id|kAborted|signal).*\))$/.test(
      key,
    ),
  );
}

export const handleKinds: readonly Kind[] = [streamKind, handleKind];
