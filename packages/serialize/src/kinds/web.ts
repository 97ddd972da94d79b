import type { Kind, ValueSource } from '../model/kind.js';
import { types } from '../model/platform.js';
import { accepts } from './accepts.js';
import { getterOf } from './collections.js';

const hrefOf = getterOf<URL, string>(URL.prototype, 'href');
const searchParamsOf = getterOf<URL, URLSearchParams>(URL.prototype, 'searchParams');
const textOfParams = URLSearchParams.prototype.toString;

function inherits(value: object, prototype: object | null | undefined): boolean {
  if (prototype === null || prototype === undefined) return false;
  return Object.prototype.isPrototypeOf.call(prototype, value);
}

export const urlKind: Kind<URL> = {
  code: 40,
  name: 'URL',
  prototype: URL.prototype,
  test: (value) => inherits(value, URL.prototype) && accepts(hrefOf, value),
  accepts: (value) => accepts(hrefOf, value),
  structuralKeys: 0,
  ownKeys: ownKeysOfHost,
  // Its searchParams are made with it, and changing one changes the other.
  write(url, sink) {
    sink.text(hrefOf(url));
    const params = searchParamsOf(url);
    const place = sink.placeOf(params);
    if (place < 0) sink.uint(sink.companion(params) ? PARAMS.next : PARAMS.alone);
    else {
      sink.uint(PARAMS.around);
      sink.uint(place);
      // They were met before their URL, and nothing shows of them whose they are.
      if (sink.ownerOf(params) !== url) sink.noteOwner(params, url);
    }
  },
  read(source) {
    const url = source.define(parse(source.text(), source));
    const how = source.uint();
    if (how === PARAMS.next) source.define(url.searchParams);
    else if (how === PARAMS.around) source.fillOuter(source.uint(), url.searchParams);
    return url;
  },
};

/** Where the parameters of a URL are: not in the value, numbered next, or what the URL was met through. */
const PARAMS = { alone: 0, next: 1, around: 2 } as const;

function parse(text: string, source: ValueSource): URL {
  try {
    return new URL(text);
  } catch {
    throw source.damaged('a URL that is none');
  }
}

function isParams(value: object): boolean {
  return accepts((params: URLSearchParams) => textOfParams.call(params), value);
}

export const searchParamsKind: Kind<URLSearchParams> = {
  code: 41,
  name: 'URLSearchParams',
  prototype: URLSearchParams.prototype,
  test: (value) => inherits(value, URLSearchParams.prototype) && isParams(value),
  accepts: isParams,
  structuralKeys: 0,
  ownKeys: ownKeysOfHost,
  write(params, sink) {
    const url = sink.ownerOf(params);
    if (url === undefined) sink.text(textOfParams.call(params));
    else sink.value(url);
  },
  read(source) {
    const place = source.reserve();
    const content = source.value();
    if (typeof content === 'string') return source.fill(place, new URLSearchParams(content));
    if (typeof content !== 'object' || content === null || !urlKind.test(content)) {
      throw source.damaged('parameters without their text');
    }
    return searchParamsOf(content as URL);
  },
};

/** The user's own keys on an object of the host's, some of which keep their state under symbols. */
function ownKeysOfHost(value: object): (string | symbol)[] {
  const fresh = new Set(Reflect.ownKeys(new URL('about:blank')).map(String));
  const params = new Set(Reflect.ownKeys(new URLSearchParams()).map(String));
  return Reflect.ownKeys(value).filter((key) => !fresh.has(String(key)) && !params.has(String(key)));
}

/** The prototype of a global that is made when it is first read, if it has been: no member exists before. */
function made(name: 'Headers' | 'Blob' | 'File'): object | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (descriptor === undefined) return undefined;
  if ('value' in descriptor) return (descriptor.value as { prototype?: object } | undefined)?.prototype;
  return undefined;
}

/** A member of each class that looks for the private state of an object before it does anything. */
const PROBES = { Headers: 'has', Blob: 'size', File: 'lastModified' } as const;

/** Calls a method or getter of a host's class, whatever the object and its own class say. */
function call(prototype: object, key: PropertyKey, value: object, ...args: unknown[]): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  const member: unknown = descriptor?.get ?? descriptor?.value;
  if (typeof member !== 'function') throw new TypeError(`There is no ${String(key)}.`);
  return Reflect.apply(member, value, args);
}

/** Whether the host made the object as one of the class: inheriting from it is not enough. */
function isMadeBy(value: object, name: keyof typeof PROBES): boolean {
  const prototype = made(name) ?? madeUnseen(value, name);
  if (prototype === undefined || !inherits(value, prototype) || value === prototype) return false;
  return accepts(() => call(prototype, PROBES[name], value, 'x'), value);
}

/** The same for an object that inherits from another class. */
function hasBrandOf(value: object, name: keyof typeof PROBES): boolean {
  const { prototype } = builtInClass(name) as { readonly prototype: object };
  return accepts(() => call(prototype, PROBES[name], value, 'x'), value);
}

/** The same for a class whose global was not read yet: the host itself makes such objects, as the headers of a response. */
function madeUnseen(value: object, name: keyof typeof PROBES): object | undefined {
  const owner: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, 'constructor')?.value;
  if (typeof owner !== 'function' || owner.name !== name) return undefined;
  const known: unknown = (globalThis as Record<string, unknown>)[name];
  return known === owner ? (owner.prototype as object) : undefined;
}

export const headersKind: Kind<Headers> = {
  code: 42,
  name: 'Headers',
  prototype: undefined,
  test: (value) => isMadeBy(value, 'Headers'),
  accepts: (value) => hasBrandOf(value, 'Headers'),
  structuralKeys: -1,
  ownKeys: (headers) =>
    Reflect.ownKeys(headers).filter(
      (key) => !Reflect.ownKeys(new Headers()).some((own) => String(own) === String(key)),
    ),
  write(headers, sink) {
    const entries = [...(call(Headers.prototype, 'entries', headers) as Iterable<[string, string]>)];
    sink.uint(entries.length);
    for (const [name, value] of entries) {
      sink.text(name);
      sink.text(value);
    }
  },
  read(source) {
    const headers = source.define(new Headers());
    for (let left = source.count(2); left > 0; left--) {
      const name = source.text();
      headers.append(name, source.text());
    }
    return headers;
  },
};

function blobKind(code: number, name: 'Blob' | 'File'): Kind<Blob> {
  return {
    code,
    name,
    prototype: undefined,
    test: (value) => isMadeBy(value, name),
    accepts: (value) => hasBrandOf(value, name),
    structuralKeys: -1,
    ownKeys: (blob) => Reflect.ownKeys(blob).filter((key) => typeof key === 'string'),
    write(blob, sink) {
      const bytes = sink.blobBytes(blob);
      if (bytes === undefined) {
        throw sink.refuse(
          blob,
          `it is a ${name}, whose bytes cannot be read at once`,
          'Use `serializeAsync`, or send `await blob.arrayBuffer()`.',
        );
      }
      sink.value(bytes);
      sink.text(call(Blob.prototype, 'type', blob) as string);
      if (name === 'File') {
        const { prototype } = builtInClass('File') as typeof File;
        sink.text(call(prototype, 'name', blob) as string);
        sink.number(call(prototype, 'lastModified', blob) as number);
      }
    },
    read(source) {
      const place = source.reserve();
      const bytes = source.value();
      if (!(bytes instanceof Uint8Array)) throw source.damaged(`a ${name} without its bytes`);
      const parts = [bytes as Uint8Array<ArrayBuffer>];
      const type = source.text();
      if (name === 'Blob') return source.fill(place, new Blob(parts, { type }));
      const fileName = source.text();
      const FileClass = builtInClass('File') as typeof File;
      return source.fill(place, new FileClass(parts, fileName, { type, lastModified: source.number() }));
    },
  };
}

function builtInClass(name: string): unknown {
  return (globalThis as Record<string, unknown>)[name];
}

export const fileKind: Kind<Blob> = blobKind(44, 'File');
export const plainBlobKind: Kind<Blob> = blobKind(43, 'Blob');

const nameOfException =
  typeof DOMException === 'undefined' ? undefined : getterOf<DOMException, string>(DOMException.prototype, 'name');

export const domExceptionKind: Kind<DOMException> = {
  code: 31,
  name: 'DOMException',
  prototype: typeof DOMException === 'undefined' ? undefined : DOMException.prototype,
  test: (value) =>
    nameOfException !== undefined &&
    // From Node 22 on it is an error by its slots, too; that of another prototype would pass for a plain one.
    (inherits(value, DOMException.prototype) ||
      (types?.isNativeError(value) === true && !inherits(value, Error.prototype))) &&
    accepts(nameOfException, value),
  accepts: (value) => nameOfException !== undefined && accepts(nameOfException, value),
  structuralKeys: -1,
  ownKeys: (exception) =>
    Reflect.ownKeys(exception).filter((key) => typeof key === 'string' && key !== 'stack' && key !== 'cause'),
  write(exception, sink) {
    // Its own prototype may be another one.
    sink.text(call(DOMException.prototype, 'message', exception) as string);
    sink.text(nameOfException!(exception));
    sink.value(Object.getOwnPropertyDescriptor(exception, 'stack')?.value ?? exception.stack);
    const cause = Object.getOwnPropertyDescriptor(exception, 'cause');
    sink.uint(cause === undefined ? 0 : 1);
    if (cause !== undefined) sink.value(cause.value);
  },
  read(source) {
    const message = source.text();
    const exception = source.define(new DOMException(message, source.text()));
    const stack = source.value();
    Object.defineProperty(exception, 'stack', { value: stack, writable: true, configurable: true });
    if (source.uint() === 1) {
      Object.defineProperty(exception, 'cause', { value: source.value(), writable: true, configurable: true });
    }
    return exception;
  },
};
