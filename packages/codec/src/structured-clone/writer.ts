import { Serializer } from 'node:v8';
import type { Payload } from '../payload.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { FLAG, seal } from './envelope.js';
import type { Region } from './regions.js';
import { type Fixup, Scan } from './scan.js';
import { Substitution } from './substitute.js';
import type { TagPlan, TagWriter } from './tag-table.js';

/** What a view in the stream stands for; wire codes. */
export const HOST = { view: 0, memory: 1, shared: 2, sharedView: 3, reduction: 4 } as const;

/** In the place of a tag's slot: a built-in Error. */
export const ERROR_SLOT = 0xffff_ffff;

/** The number of a session message. */
export interface SessionPosition {
  readonly epoch: number;
  readonly sequence: number;
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
  const scan = new Scan(value, context, root);
  const plan = tags.plan(handleTags(scan, context));
  const substitution = scan.substitutes ? new Substitution(scan) : undefined;
  const buffers: Uint8Array[] = [];
  const writer = new Writer(scan, substitution);
  let flags = plan.slots.size > 0 ? FLAG.reductions : 0;
  if (position !== undefined) flags |= FLAG.session;
  try {
    writer.writeHeader();
    if (position !== undefined) writer.writePosition(position);
    writer.writeTags(plan);
    writer.writeRegions(scan.regions.list, context.outOfBandBytes, buffers);
    writer.writeUint32(scan.attachments.length);
    writer.writeReductions(plan);
    writer.writeFixed(value, scan.fixups);
  } catch (cause) {
    throw explain(cause, root);
  }
  const body = seal(writer.releaseBuffer(), flags, buffers, context);
  tags.commit(plan);
  return { body, buffers, attachments: scan.attachments };
}

function handleTags(scan: Scan, context: ResolvedContext): ReadonlySet<string> {
  const tags = new Set<string>();
  for (const { tag } of scan.reductions) if (tag !== undefined) tags.add(tag);
  if (tags.size > context.limits.maxSessionEntries) {
    throw new SerializeError(
      CODES.limit,
      `The value has ${tags.size} kinds of handles, and limits.maxSessionEntries is ${context.limits.maxSessionEntries}.`,
    );
  }
  return tags;
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
    const attachment = this.#scan.shared.get(view.buffer as SharedArrayBuffer);
    this.writeUint32(attachment === undefined ? HOST.view : HOST.sharedView);
    this.writeUint32(this.#scan.views.get(view) as number);
    this.writeUint32(attachment ?? this.#scan.regions.indexOf(view.buffer as ArrayBuffer));
    this.#writeSize(view.byteOffset);
    this.#writeSize(view.byteLength);
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
  if (cause instanceof CircularReduction) {
    return new SerializeError(
      CODES.unsupported,
      `${root}: a part of the value leads back to itself through its own reduction, so it could not be made again.\nUse @mp/serialize.`,
      { path: root },
    );
  }
  if (cause instanceof RangeError) {
    return new SerializeError(
      CODES.limit,
      `${root}: the value nests too deeply for structured clone, which recurses.\nUse @mp/serialize.`,
      { path: root, cause },
    );
  }
  return new SerializeError(
    CODES.unsupported,
    `${root}: structured clone refuses the value: ${cause instanceof Error ? cause.message : String(cause)}`,
    { path: root, cause },
  );
}
