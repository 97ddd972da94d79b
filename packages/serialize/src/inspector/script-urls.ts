import type { Inspector } from './session.js';

interface ScriptCoverage {
  readonly scriptId: string;
  readonly url: string;
}

/** V8 walks the whole heap for an answer: 2 ms with Node's own 5 MB, 10 with 40. */
const SMALL_HEAP_BYTES = 48 * 2 ** 20;

/** Who needs more than that has scripts coming and going: the debugger domain hears of them as they are compiled. */
const ASKED_AT_MOST = 4;

/**
 * The URLs of scripts in which something has run, without the debugger domain.
 *
 * When that is enabled for the first time, V8 hashes the text of every script, Node's own among them: 17 to 25 ms on Node 20
 * to 26. Best-effort coverage names scripts, too, in 2 to 4 ms, and needs no domain: it turns nothing on, and the counts of
 * others who measure coverage stay as they are (`Coverage::CollectBestEffort` in V8's debug-coverage.cc resets none).
 */
export class ScriptUrls {
  readonly #inspector: Inspector;
  readonly #urls: Map<string, string> = new Map();
  #left = ASKED_AT_MOST;

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** The URL of a script; `undefined` where this way does not tell. */
  find(id: string): string | undefined {
    if (!this.#urls.has(id) && this.#left > 0 && process.memoryUsage().heapUsed < SMALL_HEAP_BYTES) this.#ask();
    return this.#urls.get(id);
  }

  #ask(): void {
    this.#left--;
    try {
      const { result } = this.#inspector.post<{ result: readonly ScriptCoverage[] }>('Profiler.getBestEffortCoverage');
      for (const { scriptId, url } of result) this.#urls.set(scriptId, url);
    } catch {
      // An engine without it: the debugger domain knows.
      this.#left = 0;
    }
  }
}
