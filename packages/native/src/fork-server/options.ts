import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';

/** How a fork server is started. */
export interface ForkServerOptions {
  /**
   * Modules that the server loads once, for all children: absolute paths, `file:` URLs, or specifiers that this
   * package can resolve. ES modules and CommonJS. Where one exports a promise as `forkServerReady`, it is awaited
   * before the server forks: for what is to be done once, for all children.
   *
   * @defaultValue []
   */
  readonly preload?: readonly string[];
  /**
   * Node's options for the server and hence for all its children, besides those that make it fork-safe: heap size,
   * loaders, conditions.
   *
   * @defaultValue those of this process, without what starts a debugger or names a program
   */
  readonly execArgv?: readonly string[];
  /** The environment in which the preloads run. @defaultValue that of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * How long the server waits for what a preload began, in milliseconds, before it says what is left open.
   *
   * @defaultValue 1000
   */
  readonly settleMs?: number;
}

/** A standard stream of a child: a descriptor of this process, this process's own, or none. */
export type ForkedStdio = number | 'inherit' | 'ignore';

/** What a child is to be. */
export interface ForkRequestOptions {
  /** The module that the child runs: a `file:` URL or an absolute path. */
  readonly entry: string;
  /**
   * The name of a function that the entry exports, to be called without arguments once it is loaded. Where the entry
   * is also a preload, named in the same words, it is called at once: a preloaded module is not run again.
   *
   * @defaultValue loading the entry is all
   */
  readonly call?: string;
  /** What follows the entry in `process.argv`. @defaultValue [] */
  readonly argv?: readonly string[];
  /** What `process.execArgv` says in the child; it changes no flag of V8. @defaultValue that of this process */
  readonly execArgv?: readonly string[];
  /** The child's `process.title`. @defaultValue the server's */
  readonly title?: string;
  /** The whole environment of the child. @defaultValue that of this process, now */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working directory. @defaultValue that of this process, now */
  readonly cwd?: string;
  /** The file mode creation mask. @defaultValue that of this process, now */
  readonly umask?: number;
  /** Standard input, output and error. @defaultValue ['inherit', 'inherit', 'inherit'] */
  readonly stdio?: readonly [ForkedStdio, ForkedStdio, ForkedStdio];
  /** Whether the child and this process get a pair of connected sockets. @defaultValue false */
  readonly channel?: boolean;
  /**
   * Further descriptors of this process that the child shall have, under numbers that `forkedContext()` tells it. They
   * stay the caller's, who closes them once the fork has resolved.
   *
   * @defaultValue []
   */
  readonly descriptors?: readonly number[];
  /**
   * The signal that the kernel sends the child when its server ends, which ends when this process does.
   *
   * @defaultValue 'SIGKILL'
   */
  readonly deathSignal?: NodeJS.Signals;
}

/** Flags that belong to one program run, not to a family of processes; each with whether a value may follow apart. */
const NOT_INHERITED: readonly [flag: RegExp, valueFollows: boolean][] = [
  [/^--inspect(?:-brk|-wait)?(?:=|$)/, false],
  [/^--(?:debug-port|inspect-port)$/, true],
  [/^--(?:debug-port|inspect-port|inspect-publish-uid)=/, false],
  [/^(?:-e|-p|-pe|--eval|--print)$/, true],
  [/^(?:--eval|--print)=/, false],
  [/^(?:-c|--check|-i|--interactive|--test|--watch.*)$/, false],
  [/^--input-type(?:=|$)/, false],
  [/^--single[-_]threaded$/, false],
  [/^--v8[-_]pool[-_]size=/, false],
];

/** Node's options of a process that its children shall have too. */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
  const kept: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i] as string;
    const rule = NOT_INHERITED.find(([pattern]) => pattern.test(flag));
    if (rule === undefined) kept.push(flag);
    else if (rule[1]) i++;
  }
  return kept;
}

/** The names and values of an environment, in turn. */
export function flattenEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  const flat: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0'))
      throw new NativeError(
        NATIVE_ERROR_CODES.argument,
        `env[${JSON.stringify(name)}] cannot be an environment variable.`,
      );
    flat.push(name, value);
  }
  return flat;
}
