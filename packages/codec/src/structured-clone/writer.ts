import { Serializer } from 'node:v8';
import type { Payload } from '../payload.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { close, FLAG } from './envelope.js';
import { messageOf } from './message-of.js';
import type { Region } from './regions.js';
import { type Fixup, Scan } from './scan.js';
import { Substitution } from './substitute.js';
import type { TagPlan, TagWriter } from './tag-table.js';
import { byteLengthOf, memoryOf, offsetOf } from './views.js';

/** What a view in the stream stands for; wire codes. */
export const HOST = { view: 0, memory: 1, shared: 2, sharedView: 3, reduction: 4 } as const;

/** In the place of a tag's slot: a built-in Error. */
export const ERROR_SLOT = 0xffff_ffff;

/** The place of a message in its session. */
export interface SessionPosition {
  /** What both ends call this direction of this channel. */
  readonly channel: string;
  readonly epoch: number;
  readonly sequence: number;
}

const NO_BUFFERS: readonly Uint8Array[] = Object.freeze([]);
const NO_ATTACHMENTS: readonly unknown[] = Object.freeze([]);

/** What a signature is for, so that a message fits no other place. */
export function bindingOf(position: SessionPosition | undefined): string {
  return position === undefined ? 'one-shot' : `session ${position.channel}`;
}

/**
 * Encodes one message.
 *
 * @param tags - What the reader knows already; changed only when the message is complete.
 * @throws SerializeError that names the path. Nothing was changed then.
 */
export function writeMessage(
  value: unknown,
  context: ResolvedContext,
  root: string,
  tags: TagWriter,
  position?: SessionPosition,
): Payload {
  const scan = new Scan(value, context, root, position === undefined ? 'one-shot' : 'session');
  try {
    return writeScanned(value, scan, context, tags, position);
  } catch (cause) {
    scan.abandon();
    throw explain(cause, root);
  }
}

function writeScanned(
  value: unknown,
  scan: Scan,
  context: ResolvedContext,
  tags: TagWriter,
  position: SessionPosition | undefined,
): Payload {
  const plan = tags.plan(scan.reductions);
  const buffers: Uint8Array[] = [];
  const writer = new Writer(scan, scan.substitutes ? new Substitution(scan) : undefined);
  writer.writeHeader();
  if (position !== undefined) writer.writePosition(position);
  writer.writeTags(plan);
  writer.writeRegions(scan.regions.list, context.outOfBandBytes, buffers);
  writer.writeUint32(scan.attachments.length);
  writer.writeReductions(plan);
  writer.writeFixed(value, scan.fixups);
  // In a session plain messages are signed, too: they bring state that later messages with handles stand on.
  const isSigned = typeof context.trust === 'object' && (position !== undefined || plan.slots.size > 0);
  const seal = isSigned ? { key: (context.trust as { key: Uint8Array }).key, binding: bindingOf(position) } : undefined;
  const body = close(writer.releaseBuffer(), position === undefined ? 0 : FLAG.session, buffers, seal);
  tags.commit(plan);
  return {
    body,
    buffers: buffers.length === 0 ? NO_BUFFERS : buffers,
    attachments: scan.attachments.length === 0 ? NO_ATTACHMENTS : scan.attachments,
    abandon: scan.abandons.length === 0 ? undefined : () => scan.abandon(),
  };
}

class Writer extends Serializer {
  readonly #scan: Scan;
  readonly #substitution: Substitution | undefined;
  #written = 0;

  constructor(scan: Scan, substitution: Substitution | undefined) {
    super();
    this.#scan = scan;
    this.#substitution = substitution;
    // Views reach `_writeHostObject` then, which is how their memory is kept out of the stream.
    (
      this as unknown as { _setTreatArrayBufferViewsAsHostObjects(on: boolean): void }
    )._setTreatArrayBufferViewsAsHostObjects(true);
  }

  writePosition({ epoch, sequence }: SessionPosition): void {
    this.writeUint32(epoch);
    this.writeUint32(sequence);
  }

  writeTags({ definitions }: TagPlan): void {
    this.writeUint32(definitions.length);
    for (const [slot, tag] of definitions) {
      const bytes = new TextEncoder().encode(tag);
      this.writeUint32(slot);
      this.writeUint32(bytes.byteLength);
      this.writeRawBytes(bytes);
    }
  }

  writeRegions(regions: readonly Region[], outOfBandBytes: number, buffers: Uint8Array[]): void {
    this.writeUint32(regions.length);
    for (const { memory, start, end } of regions) {
      const bytes = new Uint8Array(memory, start, end - start);
      const outOfBand = bytes.byteLength >= outOfBandBytes;
      this.writeUint32(outOfBand ? 1 : 0);
      this.#writeSize(start);
      this.#writeSize(bytes.byteLength);
      if (outOfBand) buffers.push(bytes);
      else this.writeRawBytes(bytes);
    }
  }

  writeReductions({ slots }: TagPlan): void {
    const { reductions } = this.#scan;
    this.writeUint32(reductions.length);
    for (const { tag, data, fixups } of reductions) {
      this.writeUint32(tag === undefined ? ERROR_SLOT : (slots.get(tag) as number));
      this.writeFixed(data, fixups);
      this.#written++;
    }
  }

  /** Writes a value and what structured clone forgets about it. The engine remembers objects from one value to the next. */
  writeFixed(value: unknown, fixups: readonly Fixup[]): void {
    this.writeUint32(fixups.length > 0 ? 1 : 0);
    this.writeValue(this.#substitution === undefined ? value : this.#substitution.apply(value));
    if (fixups.length > 0)
      this.writeValue(this.#substitution === undefined ? fixups : this.#substitution.apply(fixups));
  }

  // Called by the engine for every view.
  _writeHostObject(view: ArrayBufferView): void {
    const original = this.#substitution?.standIns.get(view);
    if (original === undefined) this.#writeView(view);
    else this.#writeStandIn(original);
  }

  #writeView(view: ArrayBufferView): void {
    const attachment = this.#scan.shared.get(memoryOf(view) as SharedArrayBuffer);
    const kind = this.#scan.views.get(view);
    // A reducer added it to the value after the scan had passed.
    if (kind === undefined) throw new Error('the value changed while it was encoded');
    this.writeUint32(attachment === undefined ? HOST.view : HOST.sharedView);
    this.writeUint32(kind);
    this.writeUint32(attachment ?? this.#scan.regions.indexOfView(view));
    this.#writeSize(offsetOf(view));
    this.#writeSize(byteLengthOf(view));
  }

  #writeStandIn(original: object): void {
    const reduction = this.#scan.reduced.get(original);
    if (reduction !== undefined) {
      // The order of the reductions breaks only where containers close a circle through one of them.
      if (reduction >= this.#written) throw new CircularReduction();
      this.writeUint32(HOST.reduction);
      this.writeUint32(reduction);
      return;
    }
    const attachment = this.#scan.shared.get(original as SharedArrayBuffer);
    this.writeUint32(attachment === undefined ? HOST.memory : HOST.shared);
    this.writeUint32(attachment ?? this.#scan.regions.indexOf(original as ArrayBuffer));
  }

  #writeSize(size: number): void {
    this.writeUint64(Math.floor(size / 2 ** 32), size >>> 0);
  }
}

class CircularReduction extends Error {}

function explain(cause: unknown, root: string): SerializeError {
  if (cause instanceof SerializeError) return cause;
  if (cause instanceof CircularReduction) {
    return new SerializeError(
      CODES.unsupported,
      `${root}: a part of the value leads back to itself through its own reduction, so it could not be made again.\nUse @mp/serialize.`,
      { path: root },
    );
  }
  if (cause instanceof RangeError && /call stack/.test(cause.message)) {
    return new SerializeError(
      CODES.limit,
      `${root}: the value nests too deeply for structured clone, which recurses.\nUse @mp/serialize.`,
      { path: root, cause },
    );
  }
  return new SerializeError(CODES.unsupported, `${root}: structured clone refuses the value: ${messageOf(cause)}`, {
    path: root,
    cause,
  });
}
