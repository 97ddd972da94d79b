import type { CodecModule } from '@mp/codec';
import type { LogSettings } from '../platform/logger.js';

/** What a child is for. */
export type Role = 'process' | 'worker';

/** What a child learns before anything else. It never contains code, so it needs no codec. */
export interface Preparation {
  readonly version: number;
  readonly role: Role;
  /** Base64 of the family's key. */
  readonly authKey: string;
  readonly name: string;
  readonly identity: readonly number[];
  /** The path of the program's main module. */
  readonly main?: string | undefined;
  readonly parent: { readonly name: string; readonly pid: number };
  readonly daemon: boolean;
  readonly startMethod: string;
  readonly codec: CodecModule;
  readonly codecId: string;
  /** How the parent logs; see `platform/logger.ts`. */
  readonly log: LogSettings;
  /** What {@link Role} needs beyond that; JSON. */
  readonly settings: unknown;
}

/** How a process ended. */
export interface ExitStatus {
  /** The exit code, or the negative number of the signal. */
  readonly exitCode: number;
  /** The name of the signal, where one ended it. */
  readonly signal: NodeJS.Signals | undefined;
  /** What it died of, where that is known on this side: a thread whose heap was full. */
  readonly cause?: Error;
}
