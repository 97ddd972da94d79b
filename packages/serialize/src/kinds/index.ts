import type { Kind } from '../model/kind.js';
import { addressKinds } from './addresses.js';
import { arrayIteratorKind } from './array-iterators.js';
import { promiseKind } from './async.js';
import { asyncLocalStorageKind, asyncResourceKind } from './async-hooks.js';
import { arrayBufferKind, nodeBufferKind, sharedArrayBufferKind, viewKinds } from './binary.js';
import { arrayKind, dateKind, mapKind, setKind } from './collections.js';
import { disguised } from './disguise.js';
import { errorKinds } from './errors.js';
import { abortControllerKind, abortedSignalKind, abortSignalKind, eventTargetKind } from './event-targets.js';
import { fileKinds } from './files.js';
import { formDataKind } from './form-data.js';
import { generatorKind } from './generators.js';
import { adviceOn, refused } from './handles.js';
import { hiddenKinds } from './hidden.js';
import { hasPrototype, nameOfClass } from './host-class.js';
import { hostPartKinds } from './host-parts.js';
import { textDecoderKind, textEncoderKind } from './host-state.js';
import { internationalKinds } from './intl.js';
import { iteratorKind } from './iterators.js';
import { keyKinds } from './keys.js';
import { matchesKind } from './matches.js';
import { boxedKinds } from './primitives.js';
import { rawJsonKind } from './raw-json.js';
import { regexpKind } from './regexp.js';
import { stringIteratorKind } from './string-iterators.js';
import { weakMapKind, weakRefKind, weakSetKind } from './weak.js';
import { domExceptionKind, fileKind, headersKind, plainBlobKind, searchParamsKind, urlKind } from './web.js';

/** Kinds of classes of Node's, which an object names. */
const HOST_KINDS: readonly Kind[] = [...keyKinds, ...fileKinds, ...addressKinds, ...hostPartKinds, formDataKind];

const hostNames: ReadonlySet<string> = new Set([...HOST_KINDS.map(({ name }) => name), 'ActiveChannel']);

/** Whether one of an object's prototypes is that of a class of Node's. */
function namesHost(object: object): boolean {
  return hasPrototype(object, isHostPrototype);
}

/** Whether a prototype is that of a class of Node's whose members are of a kind, going by its name. */
export function isHostPrototype(prototype: object): boolean {
  return hostNames.has(nameOfClass(prototype) ?? '');
}

/** All kinds. Where a value could be of two, the earlier one is taken. */
const KINDS: readonly Kind[] = [
  arrayKind,
  mapKind,
  setKind,
  dateKind,
  nodeBufferKind,
  ...viewKinds,
  arrayBufferKind,
  sharedArrayBufferKind,
  regexpKind,
  domExceptionKind,
  ...errorKinds,
  ...boxedKinds,
  promiseKind,
  generatorKind,
  iteratorKind,
  matchesKind,
  arrayIteratorKind,
  stringIteratorKind,
  weakMapKind,
  weakSetKind,
  weakRefKind,
  urlKind,
  searchParamsKind,
  headersKind,
  fileKind,
  plainBlobKind,
  textEncoderKind,
  textDecoderKind,
  abortedSignalKind,
  abortSignalKind,
  abortControllerKind,
  eventTargetKind,
  asyncResourceKind,
  asyncLocalStorageKind,
  ...internationalKinds,
  rawJsonKind,
] as readonly Kind[];

const byPrototype = new Map<object, Kind>();
const byCode = new Map<number, Kind>();
/** Kinds that recognise their members under any prototype, by the names that the engine has for them. */
const byEngineName = new Map<string, Kind[]>();
for (const kind of [...KINDS, ...HOST_KINDS, ...hiddenKinds]) {
  if (kind.accepts !== undefined) {
    const name = kind.name.slice(kind.name.lastIndexOf('.') + 1);
    byEngineName.set(name, [...(byEngineName.get(name) ?? []), kind]);
  }
  if (kind.prototype !== undefined && kind.prototype !== null) byPrototype.set(kind.prototype, kind);
  // Classes of one family share a code; the first reads for all.
  if (kind.code >= 0 && !byCode.has(kind.code)) byCode.set(kind.code, kind);
}

/** The kind of an object with internal slots, by brand; `undefined` for an ordinary object. Never runs user code. */
export function brandOf(object: object): Kind | undefined {
  for (let i = 0; i < KINDS.length; i++) if (KINDS[i]!.test(object)) return KINDS[i];
  if (namesHost(object)) for (const kind of HOST_KINDS) if (kind.test(object)) return kind;
  for (let i = 0; i < hiddenKinds.length; i++) if (hiddenKinds[i]!.test(object)) return hiddenKinds[i];
  return undefined;
}

/**
 * The kind of a built-in object that has another prototype than its class gave it, where only the engine can tell; `undefined` for an
 * ordinary object. Takes 2 µs. Never runs user code.
 */
export function disguisedKind(object: object): Kind | undefined {
  const name = disguised(object);
  if (name === undefined) return undefined;
  const found = byEngineName.get(name)?.find((kind) => kind.accepts!(object));
  if (found !== undefined) return found;
  const what = `it is of the built-in class ${name} under another prototype, and its state cannot be read`;
  return refused(name, () => true, what, adviceOn(name)?.[1] ?? 'Send what is needed to make one on the other side.');
}

/** The kind whose plain members have this prototype. */
export function kindOfPrototype(prototype: object): Kind | undefined {
  return byPrototype.get(prototype);
}

/** The kind that a code on the wire names. */
export function kindOfCode(code: number): Kind | undefined {
  return byCode.get(code);
}
