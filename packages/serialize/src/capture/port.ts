import type { Capture, CapturePort } from '../model/ports.js';
import type { References } from '../references/port.js';
import { ValueCapture } from './value-capture.js';

/** Captures functions by value. */
export class FunctionCapture implements CapturePort {
  readonly #references: References;

  /** @param references - Knows which functions need not be captured. */
  constructor(references: References) {
    this.#references = references;
  }

  begin(canonical = false): Capture {
    return new ValueCapture(this.#references, !canonical);
  }
}
