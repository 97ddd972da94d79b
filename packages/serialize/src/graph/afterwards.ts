type Action = () => void;

/** What is to be done when all values of a payload exist. Most payloads have nothing of it. */
export class Afterwards {
  readonly #privates: Action[] = [];
  /** The states of what was read so far: of the value, and of each part that was put off. */
  readonly #statesOfParts: Action[][] = [];
  #states: Action[] = [];
  readonly #final: Action[] = [];

  /** Private members are filled in first. */
  fillPrivates(action: Action): void {
    this.#privates.push(action);
  }

  /** Then objects get their states. */
  setState(action: Action): void {
    this.#states.push(action);
  }

  /** Integrity and whatever ends an object's making comes last. */
  finally(action: Action): void {
    this.#final.push(action);
  }

  /** A part that was put off begins. */
  beginPart(): void {
    if (this.#states.length === 0) return;
    this.#statesOfParts.push(this.#states);
    this.#states = [];
  }

  /** Does all of it. */
  run(): void {
    for (const action of this.#privates) action();
    // An object is noted when its state was read, so what lies inside that state comes first.
    this.beginPart();
    // What was put off lies deeper than what it was put off from.
    for (const states of this.#statesOfParts.toReversed()) for (const action of states) action();
    for (const action of this.#final) action();
  }
}
