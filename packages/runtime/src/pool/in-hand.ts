/** What {@link InHand} must know of a job. */
export interface SequencedJob {
  /** Its number among all that its worker was given, modulo 2 ** 32. It does not change while the job is in hand. */
  readonly sequence: number;
}

const FIRST_PLACES = 64;
/** Numbers are given out in order: what lies so far behind the last one is rare, and is kept elsewhere. */
const MOST_PLACES = 4096;

/** Jobs in one worker's hands, by {@link SequencedJob.sequence}: to be looked at. */
export interface JobsInHand<J extends SequencedJob> {
  /** How many there are. */
  readonly size: number;
  get(sequence: number): J | undefined;
  /** All, in the order of delivery. */
  values(): J[];
}

/**
 * Jobs in one worker's hands. Each is found where its number, modulo the number of places, says: a `Map` takes an entry for
 * each, which for small tasks is a tenth of all that they cost.
 */
export class InHand<J extends SequencedJob> implements JobsInHand<J> {
  #places: (J | undefined)[] = new Array<J | undefined>(FIRST_PLACES).fill(undefined);
  /** Those that were in the way of a later one, in the order of delivery. */
  #left: Map<number, J> | undefined;
  #size = 0;
  /** The number after the last one. */
  #next = 0;

  get size(): number {
    return this.#size;
  }

  get(sequence: number): J | undefined {
    const job = this.#places[sequence & (this.#places.length - 1)];
    return job !== undefined && job.sequence === sequence ? job : this.#left?.get(sequence);
  }

  /** Adds a job, whose number follows that of the job before. */
  add(job: J): void {
    const { sequence } = job;
    while (this.#places[sequence & (this.#places.length - 1)] !== undefined && this.#places.length < MOST_PLACES)
      this.#grow();
    const at = sequence & (this.#places.length - 1);
    const other = this.#places[at];
    if (other !== undefined) {
      this.#left ??= new Map();
      this.#left.set(other.sequence, other);
    }
    this.#places[at] = job;
    this.#next = (sequence + 1) >>> 0;
    this.#size++;
  }

  /** Takes out the job of a number, where it is there. */
  take(sequence: number): J | undefined {
    const at = sequence & (this.#places.length - 1);
    const job = this.#places[at];
    if (job === undefined || job.sequence !== sequence) return this.#takeLeft(sequence);
    this.#places[at] = undefined;
    this.#size--;
    return job;
  }

  /** Takes a job out. @returns Whether it was there. */
  delete(job: J): boolean {
    const { sequence } = job;
    const at = sequence & (this.#places.length - 1);
    if (this.#places[at] === job) this.#places[at] = undefined;
    else if (this.#left?.get(sequence) === job) this.#left.delete(sequence);
    else return false;
    this.#size--;
    return true;
  }

  values(): J[] {
    const all = this.#left === undefined ? [] : [...this.#left.values()];
    const { length } = this.#places;
    for (let i = length; i > 0; i--) {
      const job = this.#places[(this.#next - i) & (length - 1)];
      if (job !== undefined) all.push(job);
    }
    return all;
  }

  clear(): void {
    this.#places.fill(undefined);
    this.#left = undefined;
    this.#size = 0;
  }

  #takeLeft(sequence: number): J | undefined {
    const job = this.#left?.get(sequence);
    if (job !== undefined) this.delete(job);
    return job;
  }

  #grow(): void {
    const jobs = this.values();
    const places = new Array<J | undefined>(this.#places.length * 2).fill(undefined);
    for (const job of jobs) places[job.sequence & (places.length - 1)] = job;
    this.#places = places;
  }
}
