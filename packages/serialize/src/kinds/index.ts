import type { Kind } from '../model/kind.js';
import { promiseKind } from './async.js';
import { asyncLocalStorageKind, asyncResourceKind } from './async-hooks.js';
import { arrayBufferKind, nodeBufferKind, sharedArrayBufferKind, viewKinds } from './binary.js';
import { arrayKind, dateKind, mapKind, setKind } from './collections.js';
import { errorKinds } from './errors.js';
import { abortControllerKind, abortedSignalKind, abortSignalKind, eventTargetKind } from './event-targets.js';
import { generatorKind } from './generators.js';
import { hiddenKinds } from './hidden.js';
import { textDecoderKind, textEncoderKind } from './host-state.js';
import { internationalKinds } from './intl.js';
import { iteratorKind } from './iterators.js';
import { matchesKind } from './matches.js';
import { boxedKinds } from './primitives.js';
import { regexpKind } from './regexp.js';
import { weakMapKind, weakRefKind, weakSetKind } from './weak.js';
import { domExceptionKind, fileKind, headersKind, plainBlobKind, searchParamsKind, urlKind } from './web.js';

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
  ...hiddenKinds,
] as readonly Kind[];

const byPrototype = new Map<object, Kind>();
const byCode = new Map<number, Kind>();
for (const kind of KINDS) {
  if (kind.prototype !== undefined && kind.prototype !== null) byPrototype.set(kind.prototype, kind);
  // Classes of one family share a code; the first reads for all.
  if (kind.code >= 0 && !byCode.has(kind.code)) byCode.set(kind.code, kind);
}

/** The kind of an object with internal slots, by brand; `undefined` for an ordinary object. Never runs user code. */
export function brandOf(object: object): Kind | undefined {
  for (const kind of KINDS) if (kind.test(object)) return kind;
  return undefined;
}

/** The kind whose plain members have this prototype. */
export function kindOfPrototype(prototype: object): Kind | undefined {
  return byPrototype.get(prototype);
}

/** The kind that a code on the wire names. */
export function kindOfCode(code: number): Kind | undefined {
  return byCode.get(code);
}
