import { NamedScript } from './named-script.js';
import { ScriptUrls } from './script-urls.js';
import { Inspector } from './session.js';
import { textAround, witnessOf } from './witnesses.js';

/** A script that V8 has compiled. */
export interface Script {
  readonly id: string;
  /** Its file name or URL, as it was given when it was compiled; may be empty. */
  readonly url: string;
  readonly isModule: boolean;
  /** Whether it belongs to the program's own realm, and not to a `node:vm` context. */
  readonly isMainContext: boolean;
  /** Where its text starts in its file; not 0 for what `vm.Script` was told to shift. */
  readonly startLine: number;
  readonly startColumn: number;
  readonly sourceMapUrl: string | undefined;
  /** In characters. */
  readonly length: number;
}

interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly isModule?: boolean;
  readonly sourceMapURL?: string;
  readonly length?: number;
  readonly executionContextAuxData?: { readonly isDefault?: boolean };
}

/** How long the domain stays enabled after its last use. */
const LINGER_MS = 100;

/** What a reading costs more while the domain is enabled: every command that compiles something is an event then. */
const READING_COSTS_MS = 0.06;

// Kept from when the module was loaded: tests of users replace timers and clocks.
const later: (action: () => void, ms: number) => { unref?(): void } = setTimeout;
const now: () => number = Date.now;

/**
 * The scripts of this thread.
 *
 * Only the debugger domain tells everything about a script, and enabling it lists every script again (22 ms for the
 * first time with 125 scripts loaded, 4 ms again): so it is enabled when something unknown is asked for, and disabled when
 * it was not needed for a while. A script's URL alone may be had without it.
 */
export class Scripts {
  static #shared: Scripts | undefined;

  readonly #inspector: Inspector;
  readonly #scripts: Map<string, Script> = new Map();
  readonly #urls: ScriptUrls;
  readonly #named: Map<string, NamedScript> = new Map();
  #users = 0;
  #isEnabled = false;
  /** Whether all scripts were listed once: from then on listing them again takes no longer than asking for their URLs. */
  #wasEnabled = false;
  /** How many readings cost as much as enabling the domain did. */
  #readingsWorth = 0;
  #readingsLeft = 0;
  #timer: { unref?(): void } | undefined;

  private constructor(inspector: Inspector) {
    this.#inspector = inspector;
    this.#urls = new ScriptUrls(inspector);
    inspector.on('Debugger.scriptParsed', (params) => this.#add(params as ScriptParsed));
    inspector.on('Debugger.scriptFailedToParse', () => {});
    inspector.afterReading(() => this.#countReading());
  }

  static get(): Scripts {
    Scripts.#shared ??= new Scripts(Inspector.get());
    return Scripts.#shared;
  }

  /** Runs something while the debugger domain is enabled. */
  withDebugger<T>(body: () => T): T {
    this.#enable();
    this.#users++;
    try {
      return body();
    } finally {
      this.#readingsLeft = this.#readingsWorth;
      if (--this.#users === 0) this.#disableSoon();
    }
  }

  /** Lets functions be paused while something runs: at any other time a `debugger` statement goes unnoticed. */
  withPauses<T>(body: () => T): T {
    return this.withDebugger(() => {
      this.#inspector.post('Debugger.setSkipAllPauses', { skip: false });
      try {
        return body();
      } finally {
        this.#inspector.post('Debugger.setSkipAllPauses', { skip: true });
      }
    });
  }

  #enable(): void {
    if (this.#isEnabled) return;
    this.#isEnabled = true;
    this.#wasEnabled = true;
    const start = now();
    this.#inspector.post('Debugger.enable');
    this.#readingsWorth = Math.ceil((now() - start) / READING_COSTS_MS);
    this.#inspector.post('Debugger.setSkipAllPauses', { skip: true });
  }

  /** Who needs the domain once needs it again soon; enabling it is dear, and while it is enabled code runs as fast. */
  #disableSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = later(() => {
      this.#timer = undefined;
      this.#disable();
    }, LINGER_MS);
    this.#timer.unref?.();
  }

  /**
   * A program that serializes in a loop gives no timer a chance. Once readings have lost as much time as enabling it
   * once more would take, the domain is disabled: so at most twice of what is needed is lost.
   */
  #countReading(): void {
    if (this.#isEnabled && --this.#readingsLeft < 0) this.#disable();
  }

  #disable(): void {
    if (this.#users > 0 || !this.#isEnabled) return;
    this.#isEnabled = false;
    this.#inspector.post('Debugger.disable');
  }

  /** A script by its id. */
  get(id: string): Script | undefined {
    return this.#scripts.get(id) ?? this.#byUrl(id) ?? this.#listed(id);
  }

  /** What is told without the debugger domain. */
  #byUrl(id: string): Script | undefined {
    const known = this.#named.get(id);
    if (known !== undefined || this.#wasEnabled) return known;
    const url = this.#urls.find(id);
    if (url === undefined) return undefined;
    const script = new NamedScript(id, url, () => this.#listed(id));
    this.#named.set(id, script);
    return script;
  }

  #listed(id: string): Script | undefined {
    if (!this.#scripts.has(id)) {
      // What an initialiser compiled while an instance was made was taken for the inspector's own: list them anew.
      this.#disable();
      this.withDebugger(() => {});
    }
    return this.#scripts.get(id);
  }

  /** All scripts known; call {@link refresh} to learn of new ones. */
  all(): Iterable<Script> {
    if (!this.#wasEnabled) this.refresh();
    return this.#scripts.values();
  }

  /** Learns of all scripts that were compiled meanwhile. */
  refresh(): void {
    this.withDebugger(() => {});
  }

  /** The text of a script; `undefined` where V8 has let go of it. */
  source(id: string): string | undefined {
    const witness = this.#isEnabled ? undefined : witnessOf(id);
    const told = witness && textAround(witness)?.text;
    if (told !== undefined) return told;
    return this.withDebugger(() => {
      try {
        const { scriptSource } = this.#inspector.post<{ scriptSource: string }>('Debugger.getScriptSource', {
          scriptId: id,
        });
        return scriptSource;
      } catch {
        return undefined;
      }
    });
  }

  #add(parsed: ScriptParsed): void {
    // The inspector's own little scripts hold no function of the program's.
    if (this.#inspector.isAsking || this.#scripts.has(parsed.scriptId)) return;
    this.#scripts.set(parsed.scriptId, {
      id: parsed.scriptId,
      url: parsed.url,
      isModule: parsed.isModule ?? false,
      isMainContext: parsed.executionContextAuxData?.isDefault ?? true,
      startLine: parsed.startLine,
      startColumn: parsed.startColumn,
      sourceMapUrl: parsed.sourceMapURL || undefined,
      length: parsed.length ?? 0,
    });
  }
}
