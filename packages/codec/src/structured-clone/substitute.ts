import type { Scan } from './scan.js';

/**
 * Copies the containers of a scanned value, with stand-ins in the place of what travels as something else, so that
 * the value itself is never changed. Keeps identity, cycles and holes. Without recursion.
 */
export class Substitution {
  readonly #scan: Scan;
  readonly #copies = new Map<object, object>();
  readonly #pending: (() => void)[] = [];
  /** What each stand-in stands for. Stand-ins are views, because those are what the engine hands to `_writeHostObject`. */
  readonly standIns: Map<ArrayBufferView, object> = new Map();

  constructor(scan: Scan) {
    this.#scan = scan;
  }

  /** The copy of `value`, or `value` itself where nothing in it could hold a stand-in. */
  apply<T>(value: T): T {
    const copy = this.#copy(value) as T;
    for (let fill = this.#pending.pop(); fill !== undefined; fill = this.#pending.pop()) fill();
    return copy;
  }

  #copy(value: unknown): unknown {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      let copy = this.#copies.get(value);
      if (copy === undefined) {
        copy = this.#copyObject(value);
        this.#copies.set(value, copy);
      }
      return copy;
    }
    return value;
  }

  #copyObject(object: object): object {
    const { reduced, memories, shared } = this.#scan;
    if (reduced.has(object) || memories.has(object as ArrayBuffer) || shared.has(object as SharedArrayBuffer)) {
      const standIn = new Uint8Array(0);
      this.standIns.set(standIn, object);
      return standIn;
    }
    if (Array.isArray(object)) return this.#fillKeys(object, new Array(object.length));
    const tag = Object.prototype.toString.call(object);
    if (tag === '[object Map]') return this.#fillMap(object as Map<unknown, unknown>);
    if (tag === '[object Set]') return this.#fillSet(object as Set<unknown>);
    // Everything else that the scan let pass has no parts.
    return tag === '[object Object]' ? this.#fillKeys(object, {}) : object;
  }

  #fillKeys<T extends object>(object: object, copy: T): T {
    this.#pending.push(() => {
      for (const key of Object.keys(object)) {
        const value = this.#copy((object as Record<string, unknown>)[key]);
        Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
      }
    });
    return copy;
  }

  #fillMap(map: Map<unknown, unknown>): object {
    const copy = new Map<unknown, unknown>();
    this.#pending.push(() => {
      Map.prototype.forEach.call(map, (value, key) => copy.set(this.#copy(key), this.#copy(value)));
    });
    return copy;
  }

  #fillSet(set: Set<unknown>): object {
    const copy = new Set<unknown>();
    this.#pending.push(() => {
      Set.prototype.forEach.call(set, (value) => copy.add(this.#copy(value)));
    });
    return copy;
  }
}
