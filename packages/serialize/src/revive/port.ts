import type { ReferencePort, Revival, RevivePort } from '../model/ports.js';
import { ValueRevival } from './revival.js';

/** Revives functions by value. */
export class FunctionRevival implements RevivePort {
  readonly #references: ReferencePort;

  /** @param references - Finds functions that are sent by name. */
  constructor(references: ReferencePort) {
    this.#references = references;
  }

  begin(): Revival {
    return new ValueRevival((meta) => this.#references.resolve({ meta }));
  }
}
