import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';

/** What the protocol tells about a value. Its `type` is not to be trusted for objects: `typeof` in the process is. */
export interface RemoteObject {
  readonly type: string;
  readonly subtype?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
  readonly objectId?: string;
}

/** An own property, or an internal one, as the protocol lists it. */
export interface RemoteProperty {
  readonly name: string;
  readonly value?: RemoteObject;
  readonly get?: RemoteObject;
  readonly set?: RemoteObject;
}

/** What `Runtime.getProperties` answers. */
export interface RemoteProperties {
  readonly result: readonly RemoteProperty[];
  readonly internalProperties?: readonly RemoteProperty[];
  readonly privateProperties?: readonly RemoteProperty[];
}

interface ExceptionDetails {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

interface Session {
  connect(): void;
  disconnect(): void;
  post(method: string, params: object | undefined, callback: (error: Error | null, result: unknown) => void): void;
  on(event: string, listener: (message: { readonly params: unknown }) => void): void;
}

interface InspectorModule {
  readonly Session: new () => Session;
  url(): string | undefined;
}

/** Where live values pass between the program and the protocol. */
interface Stash {
  /** A value on its way into the protocol. It has nothing else, not even a prototype: all of it is listed each time. */
  readonly in: { value: unknown };
  /** Values on their way out of it. */
  readonly out: { values: readonly unknown[] | undefined };
}

const OBJECT_GROUP = 'mp.serialize';

/** How many readings' remote objects may stay alive: letting go costs a command. */
const READINGS_BETWEEN_RELEASES = 64;

/**
 * The in-process inspector session: what the language hides, read synchronously.
 *
 * `Session.post` answers before it returns (V8 runs the command at once when the session is on the same
 * thread). One session a thread is kept; it costs nothing while no domain is enabled.
 */
export class Inspector {
  static #shared: Inspector | undefined;
  static #isAvailable: boolean | undefined;

  readonly #module: InspectorModule;
  readonly #session: Session;
  readonly #stash: Stash = {
    in: Object.assign(Object.create(null) as object, { value: undefined }),
    out: { values: undefined },
  };
  readonly #stashExpression: string;
  /** What the protocol calls the two parts of the stash, until the next release. */
  #ids: { readonly in: string; readonly out: string } | undefined;
  #readings = 0;
  #isAsking = false;
  #afterReading: () => void = () => {};

  private constructor(module: InspectorModule) {
    this.#module = module;
    this.#session = new module.Session();
    this.#session.connect();
    // Under jest and in `node:vm` contexts `globalThis` is not the one that the protocol evaluates in;
    // built-in modules are the same everywhere.
    let n = 0;
    let key = 'mp.stash';
    while (Object.hasOwn(module, key)) key = `mp.stash.${++n}`;
    Object.defineProperty(module, key, { value: this.#stash, configurable: true });
    this.#stashExpression = `process.getBuiltinModule('node:inspector')[${JSON.stringify(key)}]`;
    this.#stashIds();
  }

  /**
   * The session of this thread.
   *
   * @throws SerializeError where the inspector may not be used: `--permission` without `--allow-inspector`, a
   *   build without it, another runtime.
   */
  static get(): Inspector {
    if (Inspector.#shared === undefined) {
      const module = inspectorModule();
      if (module === undefined) throw unavailable(undefined);
      try {
        Inspector.#shared = new Inspector(module);
      } catch (error) {
        throw error instanceof SerializeError ? error : unavailable(error);
      }
    }
    return Inspector.#shared;
  }

  /** Whether {@link get} gives a session. */
  static get isAvailable(): boolean {
    Inspector.#isAvailable ??= canConnect();
    return Inspector.#isAvailable;
  }

  /** Whether a debugger from outside is attached: it would see every pause. */
  get isDebuggerAttached(): boolean {
    return this.#module.url() !== undefined;
  }

  /** Whether a command is being carried out that compiles scripts of its own, and as good as never one of the program's. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Says what is to happen whenever something was read. */
  afterReading(action: () => void): void {
    this.#afterReading = action;
  }

  /** Sends a command and returns its answer. */
  post<T>(method: string, params?: object): T {
    let answer: unknown;
    let failure: Error | null = null;
    let answered = false;
    this.#session.post(method, params, (error, result) => {
      answered = true;
      failure = error;
      answer = result;
    });
    if (failure !== null) throw failure;
    if (!answered) throw new Error(`The inspector did not answer ${method} at once`);
    return answer as T;
  }

  /** Sends a command whose answer comes later, or never, and is not needed. */
  send(method: string): void {
    this.#session.post(method, undefined, () => {});
  }

  /** Hears an event of an enabled domain. */
  on(event: string, listener: (params: unknown) => void): void {
    this.#session.on(event, (message) => listener(message.params));
  }

  /**
   * Sends a command that runs no code of the program.
   *
   * @throws RangeError where the stack is so full that not even that succeeds: the answer would be about the failure.
   */
  #ask<T>(method: string, params: object): T {
    const before = this.#isAsking;
    this.#isAsking = true;
    try {
      const answer = this.post<T & { readonly exceptionDetails?: ExceptionDetails }>(method, params);
      if (answer.exceptionDetails === undefined) return answer;
      const { exception, text } = answer.exceptionDetails;
      throw new RangeError(`The inspector could not carry out ${method}: ${exception?.description ?? text}`);
    } finally {
      this.#isAsking = before;
    }
  }

  /**
   * Makes a live value known to the protocol. The id is valid until {@link release}.
   *
   * Of the two ways to ask for it this one compiles nothing: while the debugger domain is enabled, every script that is
   * compiled is an event.
   */
  idOf(value: unknown): string {
    const stash = this.#stash.in;
    const { in: objectId } = this.#stashIds();
    stash.value = value;
    try {
      const objectIdOfValue = this.properties(objectId).result[0]?.value?.objectId;
      if (objectIdOfValue === undefined) throw new TypeError('not an object');
      return objectIdOfValue;
    } finally {
      stash.value = undefined;
    }
  }

  /** What is listed of an object belongs to the object's group, and is let go with it: so the stash is known by new ids then. */
  #stashIds(): { readonly in: string; readonly out: string } {
    if (this.#ids !== undefined) return this.#ids;
    const idOfPart = (part: string): string => {
      const { result } = this.#ask<{ result: RemoteObject }>('Runtime.evaluate', {
        expression: `${this.#stashExpression}.${part}`,
        silent: true,
        objectGroup: OBJECT_GROUP,
      });
      if (result.objectId === undefined) throw unavailable(undefined);
      return result.objectId;
    };
    this.#ids = { in: idOfPart('in'), out: idOfPart('out') };
    return this.#ids;
  }

  /** Own, internal and private properties. No getter and no trap runs. */
  properties(objectId: string): RemoteProperties {
    return this.#ask<RemoteProperties>('Runtime.getProperties', { objectId, ownProperties: true });
  }

  /** The live values behind remote objects, identity kept. */
  liveValues(remotes: readonly RemoteObject[]): readonly unknown[] {
    if (remotes.length === 0) return [];
    this.#ask('Runtime.callFunctionOn', {
      objectId: this.#stashIds().out,
      functionDeclaration: 'function(...values){this.values=values}',
      arguments: remotes.map(argumentOf),
    });
    const { out } = this.#stash;
    const { values } = out;
    out.values = undefined;
    return values ?? [];
  }

  /**
   * Calls a function that may be terminated while it runs.
   *
   * Of the ways into the engine only `Runtime.evaluate` confines a termination to the call: after
   * `Runtime.callFunctionOn` it would unwind the whole program.
   *
   * @throws Error where the call was terminated.
   */
  callTerminable(fn: () => unknown): void {
    this.#stash.in.value = fn;
    const before = this.#isAsking;
    this.#isAsking = true;
    try {
      this.post('Runtime.evaluate', { expression: `void ${this.#stashExpression}.in.value()`, silent: true });
    } finally {
      this.#isAsking = before;
      this.#stash.in.value = undefined;
    }
  }

  /** Assigns private fields from outside of their classes. @returns whether the object has each of them, and each once. */
  assignPrivates(object: object, names: readonly string[], values: readonly unknown[]): boolean {
    const stash = { object, values, done: false };
    this.#stash.in.value = stash;
    const at = `${this.#stashExpression}.in.value`;
    this.#evaluateAsRepl(
      [...names.map((name, i) => `${at}.object.#${name}=${at}.values[${i}]`), `${at}.done=true`].join(),
    );
    this.#stash.in.value = undefined;
    return stash.done;
  }

  /**
   * Whether an object has exactly one private member of a name, whichever class declared it. To be asked where no
   * accessor has the name: it would run.
   */
  hasPrivateMember(object: object, name: string): boolean {
    const stash = { object, found: false };
    this.#stash.in.value = stash;
    const at = `${this.#stashExpression}.in.value`;
    this.#evaluateAsRepl(`${at}.object.#${name},${at}.found=true`);
    this.#stash.in.value = undefined;
    return stash.found;
  }

  /**
   * Evaluates in the REPL's mode, where V8 takes private names as they stand. The command acts at once, and answers
   * when its promise settles: nobody waits for that.
   *
   * In a session of its own, which is over before any garbage collection. On Node 22 (V8 12.4) a collection that finds the
   * promise of an unanswered evaluation sends the failure there and then, and V8 ends the process: "Invoke in
   * DisallowJavascriptExecutionScope".
   */
  #evaluateAsRepl(expression: string): void {
    const session = new this.#module.Session();
    session.connect();
    try {
      session.post('Runtime.evaluate', { expression, replMode: true, silent: true }, () => {});
    } finally {
      session.disconnect();
    }
  }

  /** Says that the ids of a reading are no longer needed. */
  release(): void {
    this.#afterReading();
    if (++this.#readings < READINGS_BETWEEN_RELEASES) return;
    this.#readings = 0;
    this.#ids = undefined;
    this.post('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
  }
}

function argumentOf(remote: RemoteObject): object {
  if (remote.objectId !== undefined) return { objectId: remote.objectId };
  if (remote.unserializableValue !== undefined) return { unserializableValue: remote.unserializableValue };
  return { value: remote.value };
}

function inspectorModule(): InspectorModule | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule('node:inspector') as unknown as InspectorModule | undefined;
}

function canConnect(): boolean {
  try {
    Inspector.get();
    return true;
  } catch {
    return false;
  }
}

function unavailable(cause: unknown): SerializeError {
  return new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    'The inspector, which reads the variables of functions, is not available in this process.\n' +
      'Allow it (--allow-inspector beside --permission), load with --import @mp/serialize/register, ' +
      'or name the variables: capture(fn, { … }).',
    { cause },
  );
}
