import type { CodeFacts } from '../analyze/facts.js';
import { type EntryFrame, lookAtEntry } from '../inspector/entry.js';
import { type RawScope, readFunctions, type ScopeMark } from '../inspector/scopes.js';
import { Scripts } from '../inspector/scripts.js';
import { scriptById } from '../instrument/scripts.js';
import type { Sharing } from '../model/code.js';
import type { AnyFunction } from '../model/ports.js';
import { STATED_SCOPE } from './explicit.js';
import { CaptureFailure } from './failure.js';
import { isHiddenByWith } from './object-scopes.js';
import { entering, isAnyWith, mayPause, realmGlobal, refusePause } from './receiver.js';
import { depthOf, readSlot, type Variable } from './variables.js';

/** A function as a witness of the scopes that it sees. */
export interface Witness {
  readonly index: number;
  readonly fn: AnyFunction;
  readonly facts: CodeFacts;
  readonly scriptId: string;
  readonly scopes: readonly RawScope[];
  readonly variables: readonly Variable[];
  /** Names that its code assigns. */
  readonly assigned: ReadonlySet<string>;
  /** Something to enter that sees the same scopes: the function itself, or a method of a class. */
  readonly entrance: { readonly fn: AnyFunction; readonly facts: CodeFacts };
}

interface Member {
  readonly witness: Witness;
  readonly scope: RawScope | undefined;
  readonly depth: number;
  /** Variables of the witness in this scope, by name: their index in its code. */
  readonly vars: ReadonlyMap<string, number>;
  instance: number | undefined;
  readonly told: Set<string>;
}

interface Bucket {
  readonly assigned: Set<string>;
  readonly members: Member[];
}

/** Members that are few enough to be read while one of them is stopped. */
const FEW = 16;

/**
 * Finds out which functions share a variable that one of them assigns.
 *
 * What nobody in the value assigns may be copied for each: nobody can tell. For the rest, two functions see the
 * same scope or two instances of it. V8 shows snapshots, so identity cannot be compared; but a snapshot that
 * differs proves two instances, and where all are equal, a variable is written through one function and read through
 * the others, while the function stands still at its entry.
 */
export class SharedVariables {
  readonly #buckets: Map<string, Bucket> = new Map();
  readonly #dirty: Set<Bucket> = new Set();
  /** Who was not sorted into buckets yet: while nobody assigns anything, or there is only one, nothing is shared. */
  #waiting: Witness[] = [];
  #isAnyAssigned = false;
  #hasBuckets = false;
  #instances = 0;

  /** Takes note of a function's variables. */
  add(witness: Witness): void {
    this.#waiting.push(witness);
    if (witness.assigned.size > 0) this.#isAnyAssigned = true;
  }

  #sort(witness: Witness): void {
    const byScope = new Map<RawScope | undefined, Map<string, number>>();
    witness.variables.forEach((variable, i) => {
      if (variable.isDead) return;
      const vars = byScope.get(variable.scope) ?? new Map<string, number>();
      byScope.set(variable.scope, vars);
      vars.set(variable.name, i);
    });
    for (const [scope, vars] of byScope) {
      const depth = scope === undefined ? -1 : depthOf(witness.scopes, witness.scopes.indexOf(scope));
      const key =
        scope === undefined
          ? 'global'
          : (scope.place?.key ?? `${depth}|${scope.description}|${Object.keys(scope.object).join()}`);
      const bucket = this.#buckets.get(key) ?? { assigned: new Set<string>(), members: [] };
      this.#buckets.set(key, bucket);
      bucket.members.push({ witness, scope, depth, vars, instance: undefined, told: new Set() });
      for (const name of witness.assigned) if (vars.has(name)) bucket.assigned.add(name);
      if (bucket.assigned.size > 0 && bucket.members.length > 1) this.#dirty.add(bucket);
    }
  }

  /**
   * What is new since the last time.
   *
   * @param guard - Says of a failure which function it is about.
   */
  settle(guard: (fn: AnyFunction, body: () => void) => void): readonly Sharing[] {
    if (!this.#isAnyAssigned || (this.#waiting.length < 2 && !this.#hasBuckets)) return [];
    this.#hasBuckets = true;
    for (const witness of this.#waiting) this.#sort(witness);
    this.#waiting = [];
    const found: Sharing[] = [];
    for (const bucket of this.#dirty) {
      const concerned = bucket.members.filter(({ vars }) => [...bucket.assigned].some((name) => vars.has(name)));
      const latest = concerned.at(-1);
      if (latest !== undefined && concerned.length > 1)
        guard(latest.witness.fn, () => this.#tellApart(concerned, bucket.assigned));
      const sizes = new Map<number, number>();
      for (const { instance } of concerned) sizes.set(instance as number, (sizes.get(instance as number) ?? 0) + 1);
      for (const member of concerned) {
        if (member.instance === undefined || (sizes.get(member.instance) ?? 0) < 2) continue;
        const names = [...member.vars.keys()].filter((name) => bucket.assigned.has(name) && !member.told.has(name));
        if (names.length === 0) continue;
        for (const name of names) member.told.add(name);
        found.push({
          scope: member.instance,
          depth: member.depth,
          fn: member.witness.index,
          vars: names.map((name) => member.vars.get(name) as number),
        });
      }
    }
    this.#dirty.clear();
    return found;
  }

  /** Gives each member the number of its scope instance. */
  #tellApart(members: readonly Member[], assigned: ReadonlySet<string>): void {
    if (members[0]?.scope?.place !== undefined) {
      this.#tellApartByMarks(members);
      return;
    }
    const undecided: Member[][] = [];
    for (const member of members) {
      const group = undecided.find(([first]) => mayBeSame(first as Member, member));
      if (group === undefined) undecided.push([member]);
      else group.push(member);
    }
    for (const group of undecided) {
      const known = new Set(group.map(({ instance }) => instance));
      const isNew = known.has(undefined);
      if (!isNew) continue;
      if (group.length === 1) (group[0] as Member).instance ??= this.#instances++;
      else if (isSurelyOne(group)) {
        const instance = [...known].find((one) => one !== undefined) ?? this.#instances++;
        for (const member of group) member.instance = instance;
      } else this.#probe(group, assigned);
    }
  }

  /** Instrumented scopes have a variable for this: who reads what another one wrote sees the same instance. */
  #tellApartByMarks(members: readonly Member[]): void {
    const isSingle = members[0]?.scope?.place?.isSingle === true;
    for (const member of members) if (!isSingle) markOf(member).set(member);
    const firsts = members.map((member) => (isSingle ? members[0] : markOf(member).get()) as Member);
    const numbers = new Map<Member, number>();
    members.forEach(({ instance }, i) => {
      if (instance !== undefined) numbers.set(firsts[i] as Member, instance);
    });
    members.forEach((member, i) => {
      const first = firsts[i] as Member;
      if (!numbers.has(first)) numbers.set(first, this.#instances++);
      member.instance = numbers.get(first);
    });
    // The scope must not keep what was serialized alive.
    for (const member of members) if (!isSingle) markOf(member).set(undefined);
  }

  /** Tells apart members whose scopes look equal. */
  #probe(group: readonly Member[], assigned: ReadonlySet<string>): void {
    const first = group[0] as Member;
    if (scriptById(first.witness.scriptId)?.url.startsWith('node:')) throw ofRuntime(assigned);
    const bound = [...assigned].filter((one) => Object.hasOwn((first.scope as RawScope).object, one));
    const name = bound.find((one) => !group.some(({ witness, scope }) => isHiddenByWith(witness.scopes, scope, one)));
    if (name === undefined) throw hiddenByWith(bound);
    const original = readSlot(first.scope as RawScope, name).value;
    Scripts.get().withDebugger(() => {
      const rest = group.length > FEW ? group : this.#probeOne(group, name, original);
      if (rest.length > 1) this.#probeAll(rest, name, original);
      else for (const member of rest) member.instance ??= this.#instances++;
    });
  }

  /** Writes through one member, and sees at once who shares with it: most often all do. @returns who does not. */
  #probeOne(group: readonly Member[], name: string, original: unknown): readonly Member[] {
    const writer = group.find(({ witness }) => mayPause(witness.entrance.facts));
    if (writer === undefined) return group;
    const mark = {};
    let seen: readonly unknown[] = [];
    enter(writer, name, (frame) => {
      if (!frame.assign(name, mark)) return;
      try {
        seen = readAgain(group, name);
      } finally {
        frame.assign(name, original);
      }
    });
    const together = group.filter((_, i) => seen[i] === mark);
    const instance = together.find((member) => member.instance !== undefined)?.instance ?? this.#instances++;
    for (const member of together) member.instance = instance;
    return group.filter((member) => !together.includes(member));
  }

  /** Writes a mark of its own through each member, then looks which mark each one sees. */
  #probeAll(group: readonly Member[], name: string, original: unknown): void {
    const written: Member[] = [];
    try {
      for (const member of group) if (write(member, name, {})) written.push(member);
      this.#number(group, readAgain(group, name), original);
    } finally {
      for (const member of written) write(member, name, original);
    }
  }

  #number(group: readonly Member[], seen: readonly unknown[], original: unknown): void {
    const unmarked = group.filter((_, i) => seen[i] === original);
    // Who could not be entered saw nobody's mark: alone it is an instance of its own, two might be one.
    if (unmarked.length > 1) refusePause((unmarked[0] as Member).witness.facts, 'shares a variable perhaps');
    const numbers = new Map<unknown, number>();
    group.forEach((member, i) => {
      if (member.instance !== undefined && !numbers.has(seen[i])) numbers.set(seen[i], member.instance);
    });
    group.forEach((member, i) => {
      let instance = numbers.get(seen[i]);
      if (instance === undefined) {
        instance = this.#instances++;
        numbers.set(seen[i], instance);
      }
      member.instance = instance;
    });
  }
}

/** What the runtime keeps for itself must not be written, not for a moment: what writes and reads here needs it, too. */
function ofRuntime(assigned: ReadonlySet<string>): CaptureFailure {
  return new CaptureFailure(
    `is part of the runtime itself, and shares its variables: ${[...assigned].join(', ')}`,
    'Send what it was made from, and make it on the other side.',
  );
}

function hiddenByWith(names: readonly string[]): CaptureFailure {
  return new CaptureFailure(
    `shares a variable perhaps: ${names.join(', ')}, which the object of a with statement hides`,
    'Give the variable or the property another name.',
  );
}

function markOf({ witness, scope }: Member): ScopeMark {
  if (scope?.mark === undefined) {
    throw new CaptureFailure(
      `shares a variable perhaps: ${[...witness.assigned].join(', ')}, in a scope that was not expected to change`,
      'Report this with the text of the functions.',
    );
  }
  return scope.mark;
}

function write(member: Member, name: string, value: unknown): boolean {
  let done = false;
  if (mayPause(member.witness.entrance.facts)) {
    enter(member, name, (frame) => {
      done = frame.assign(name, value);
    });
  }
  return done;
}

function enter({ witness }: Member, name: string, look: (frame: EntryFrame) => void): void {
  const { fn, facts } = witness.entrance;
  const { stopsBeforeBody } = facts;
  const isInWith = isAnyWith(witness.scopes);
  const call = entering(fn, facts);
  lookAtEntry(fn, call, realmGlobal(witness.scopes), { assigns: [name] }, look, { stopsBeforeBody, isInWith });
}

/** What a variable is now, as each member sees it. */
function readAgain(group: readonly Member[], name: string): readonly unknown[] {
  return readFunctions(group.map(({ witness }) => witness.fn)).map((reading, i) => {
    const { witness, scope } = group[i] as Member;
    return readSlot(reading.scopes[witness.scopes.indexOf(scope as RawScope)] as RawScope, name).value;
  });
}

/** A module has one scope, and a realm has one global object. */
function isSurelyOne(group: readonly Member[]): boolean {
  const { scope, witness } = group[0] as Member;
  if (scope === undefined || scope.description === 'Script' || scope.description === STATED_SCOPE) return true;
  return scope.description === 'Module' && group.every((member) => member.witness.scriptId === witness.scriptId);
}

/** Whether all that is visible of two scopes is equal. */
function mayBeSame(a: Member, b: Member): boolean {
  if (a.scope === undefined || b.scope === undefined) return a.scope === b.scope;
  const outsideA = a.witness.scopes.slice(a.witness.scopes.indexOf(a.scope));
  const outsideB = b.witness.scopes.slice(b.witness.scopes.indexOf(b.scope));
  if (outsideA.length !== outsideB.length) return false;
  return outsideA.every((scope, i) => sameBindings(scope, outsideB[i] as RawScope));
}

function sameBindings(a: RawScope, b: RawScope): boolean {
  if (a.description !== b.description) return false;
  if (a.description === 'Global') return a.object === b.object;
  if (a.description === 'Script') return true;
  if (a.description.startsWith('With') || a.description === STATED_SCOPE) return a.object === b.object;
  const names = Object.keys(a.object);
  return (
    names.length === Object.keys(b.object).length &&
    names.every((name) => {
      if (!Object.hasOwn(b.object, name)) return false;
      const left = readSlot(a, name);
      const right = readSlot(b, name);
      return left.isDead === right.isDead && Object.is(left.value, right.value);
    })
  );
}
