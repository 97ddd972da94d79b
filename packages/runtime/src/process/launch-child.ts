import type { Marshal } from '../channel/marshal.js';
import type { Child, Launcher, LaunchOptions, ProcessWork } from '../launch/launcher.js';
import { family } from '../platform/family.js';
import { getLogger, logSettings } from '../platform/logger.js';
import { PROTOCOL_VERSION } from '../protocol/frames.js';
import type { Preparation, Role } from '../protocol/preparation.js';

/** Where processes of one context come from: what a {@link Process} needs to start. */
export interface ProcessOrigin {
  readonly marshal: Marshal;
  readonly launcher: Launcher;
  readonly executable: string;
}

/** What a new child of any role is called and how it is set up. */
export interface ChildSpec {
  readonly role: Role;
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly options: LaunchOptions;
  /** What the role needs; JSON. */
  readonly settings?: unknown;
  /** What a process is to do, where it need not be sent. */
  readonly work?: ProcessWork | undefined;
  /** What else it is given, where it can be: the launcher closes them, unless it throws. */
  readonly descriptors?: readonly number[] | undefined;
}

/** Starts a child of this process. */
export function launchChild(origin: ProcessOrigin, spec: ChildSpec): Child {
  const place = family();
  const { codec } = origin.marshal;
  const preparation: Preparation = {
    version: PROTOCOL_VERSION,
    role: spec.role,
    // Read when the child runs already: making the key may take a while.
    get authKey() {
      return Buffer.from(place.authKey).toString('base64');
    },
    name: spec.name,
    identity: spec.identity,
    main: place.main,
    parent: { name: place.name, pid: process.pid },
    daemon: spec.daemon,
    startMethod: origin.launcher.method,
    codec: codec.module,
    codecId: codec.id,
    log: logSettings(),
    settings: spec.settings,
  };
  getLogger().debug(`starting ${spec.role} ${spec.name} by ${origin.launcher.method}`);
  return origin.launcher.launch({
    preparation,
    options: spec.options,
    executable: origin.executable,
    recordsProgress: spec.role === 'worker',
    work: spec.work,
    descriptors: spec.descriptors,
  });
}
