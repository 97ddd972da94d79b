import { hasElementsOnly } from './array-keys.js';
import type { WalkContext } from './walk-context.js';

const { getOwnPropertyDescriptor, isExtensible } = Object;

/** When sampling, so many objects with the same keys are looked at closely, and one in so many of those that follow. */
export const SURE_AFTER = 32;
export const SAMPLE_EVERY = 16;
/** How many elements of arrays are checked for being accessors or read-only: nobody has them, and looking costs 68 ns. */
const ELEMENT_CHECKS = 64;

/** Looks whether arrays are plain, as closely as the walk is asked to. */
export class ArrayInspector {
  readonly #exact: boolean;
  readonly #sampling: boolean;
  /** How many arrays were met. */
  #met = 0;
  #elementChecks = ELEMENT_CHECKS;

  constructor({ exact, sampling }: WalkContext) {
    this.#exact = exact;
    this.#sampling = sampling;
  }

  /** Begins a value. */
  begin(): void {
    this.#elementChecks = ELEMENT_CHECKS;
  }

  /** Whether an array has nothing but plain elements. */
  isPlain(array: readonly unknown[]): boolean {
    if (!this.#exact) return true;
    if (!isExtensible(array)) return false;
    if (this.#sampling && this.#met++ > SURE_AFTER && this.#met % SAMPLE_EVERY !== 0) return true;
    if (!hasElementsOnly(array)) return false;
    if (this.#elementChecks <= 0) return true;
    for (let i = 0; i < array.length && this.#elementChecks > 0; i++, this.#elementChecks--) {
      const descriptor = getOwnPropertyDescriptor(array, i);
      if (descriptor !== undefined && !(descriptor.enumerable && descriptor.writable && descriptor.configurable)) {
        return false;
      }
    }
    return getOwnPropertyDescriptor(array, 'length')!.writable === true;
  }
}
