import type { Codec, CodecModule, Reducer } from '@mp/codec';
import type { FrameChannel } from '../channel/frame-channel.js';
import { createMarshal, type Marshal } from '../channel/marshal.js';
import { family, joinFamily } from '../platform/family.js';
import { getLogger, logToStderr } from '../platform/logger.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { Preparation } from '../protocol/preparation.js';

/** What a process is given to do: a target and its arguments, or an object of a subclass with its own `run`. */
export type Work =
  | { readonly target: (...args: unknown[]) => unknown; readonly args: readonly unknown[] }
  | { run(): unknown };

/** The child's side of its channel to the parent. */
export interface ChildChannel {
  readonly channel: FrameChannel;
  readonly preparation: Preparation;
  /** The parent's codec, which is being loaded. */
  readonly marshal: Promise<Marshal>;
  /** The progress record: a thread's shared memory, or the descriptor of a process's file. */
  readonly progress: SharedArrayBuffer | number | undefined;
  /** What a process is to do, where it is here already because it is a copy of its parent. */
  readonly work: Work | undefined;
  /** Takes over the frames, from the first after the preparation. */
  listen(onFrame: (kind: number, body: Uint8Array, buffers: readonly Uint8Array[]) => void): void;
}

/** Makes the reducers of the runtime's handles, for the marshal that they themselves belong to. */
export type HandleFactory = (marshal: () => Marshal) => readonly Reducer[];

/** Why no process may be started while a module loads that this process was sent for. */
export const IMPORTING =
  'it is still importing the modules that it was sent for. Start processes inside functions, not while a module loads';

/** Tells this process who it is. */
export function takePlace(preparation: Preparation): void {
  const { name, identity, main, parent, daemon, startMethod } = preparation;
  joinFamily({
    authKey: Buffer.from(preparation.authKey, 'base64'),
    name,
    identity,
    main,
    parent,
    daemon,
    startMethod,
    codec: undefined,
    startProblem: IMPORTING,
    childCount: 0,
    parentGone: new Set(),
    isParentGone: false,
  });
  const logger = getLogger();
  logger.level = preparation.log.level;
  if (preparation.log.toStderr) logToStderr();
  logger.info('child process calling', preparation.role);
  process.title = `node ${name}`;
}

/** Loads the parent's codec. */
export async function loadMarshal(
  { codec, codecId }: Preparation,
  createHandles: HandleFactory,
  codecs: readonly Codec[],
): Promise<Marshal> {
  const loaded = codecs.find(({ id }) => id === codecId) ?? ((await load(codec)) as Codec);
  if (loaded.id !== codecId)
    throw new ProcessError(
      PROCESS_ERROR_CODES.codec,
      `The parent speaks codec ${codecId}, and ${codec.specifier} has ${loaded.id} here.`,
    );
  family().codec = loaded;
  const marshal: Marshal = createMarshal(
    loaded,
    createHandles(() => marshal),
  );
  return marshal;
}

async function load({ specifier, exportName }: CodecModule): Promise<unknown> {
  const module = (await import(specifier)) as Record<string, unknown>;
  const found = module[exportName];
  if (found === undefined)
    throw new ProcessError(PROCESS_ERROR_CODES.export, `${specifier} has no export ${JSON.stringify(exportName)}.`);
  return found;
}
