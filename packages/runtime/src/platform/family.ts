import { realpathSync } from 'node:fs';
import type { Codec } from '@mp/codec';
import { crypto } from './crypto.js';

/** What a process knows of its place among the processes that belong together. */
export interface Family {
  /** Secret that all members share; handed down over an inherited descriptor, never through the environment. */
  authKey: Uint8Array;
  /** The name of this process: `MainProcess`, or as its creator named it. */
  name: string;
  /** Position in the tree: `[]` for the main process, `[1, 2]` for the second child of its first child. */
  readonly identity: readonly number[];
  /** The path of the main module of the program, which runs in the main process only. */
  readonly main: string | undefined;
  /** Who started this process, unless it is the main one. */
  readonly parent: { readonly name: string; readonly pid: number } | undefined;
  /** Ended with its parent rather than waited for. */
  readonly daemon: boolean;
  /** How this process came to be. */
  readonly startMethod: string | undefined;
  /** The codec that the creator of this process used, which is the default here: handles that came from there speak it. */
  codec: Codec | undefined;
  /** Why no process can be started at the moment. */
  startProblem: string | undefined;
  /** Children started so far, for their names. */
  childCount: number;
  /** Calls to make when this process's parent is gone. */
  readonly parentGone: Set<() => void>;
  /** Whether the parent is gone. */
  isParentGone: boolean;
}

// Two copies of this package in one process (the ES module and its CommonJS twin under jest) are one member of the family.
const place = Symbol.for('mp.family');
const holder = globalThis as { [place]?: Family };

/** The key of the main process, made when it is first needed. */
let mainKey: Uint8Array | undefined;

let mainPath: string | undefined;

function realPath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return realpathSync(path);
  } catch {
    // Without an extension, or not to be read.
    return path;
  }
}

/** This process's place in its family. */
export function family(): Family {
  holder[place] ??= {
    get authKey() {
      mainKey ??= crypto().randomBytes(32);
      return mainKey;
    },
    set authKey(key) {
      mainKey = key;
    },
    name: 'MainProcess',
    identity: [],
    get main() {
      mainPath ??= realPath(process.argv[1]);
      return mainPath;
    },
    parent: undefined,
    daemon: false,
    startMethod: undefined,
    codec: undefined,
    startProblem: undefined,
    childCount: 0,
    parentGone: new Set(),
    isParentGone: false,
  };
  return holder[place];
}

/** Tells a new process who it is. Called once, before anything else runs in it. */
export function joinFamily(member: Family): void {
  holder[place] = member;
}

/** Forgets who this process is: it was told only to try. */
export function leaveFamily(): void {
  Reflect.deleteProperty(holder, place);
}
