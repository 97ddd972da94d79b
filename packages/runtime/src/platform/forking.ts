// What must happen when this process is copied by fork(2): a copy has every object of its parent, and none of its sockets.

/** Something of which a copy must be put right. */
export interface ForkAware {
  /** In the parent, right before it is copied. */
  beforeFork?(): void;
  /** In the parent, after that: what the copy may need of it. @returns What is called when the copy has ended. */
  beginCopy?(): (() => void) | undefined;
  /** In the copy, before anything else runs there. */
  afterFork?(): void;
}

const modules: ForkAware[] = [];
const objects = new Set<WeakRef<ForkAware>>();
/** What an object registered lives as long as it. */
const kept = new WeakMap<object, ForkAware>();
let count = 0;

/** Only a process that was started with this flag can be copied, or a copy; the others have nothing to track. */
let isPossible: boolean = process.execArgv.some((flag) => flag.replaceAll('_', '-') === '--single-threaded');

/** Registers what belongs to a module. */
export function onFork(aware: ForkAware): void {
  modules.push(aware);
}

/** Registers what belongs to an object, for as long as that lives. */
export function trackForFork(owner: object, aware: ForkAware): void {
  if (!isPossible) return;
  kept.set(owner, aware);
  objects.add(new WeakRef(aware));
  if (++count % 1000 === 0)
    for (const reference of objects) if (reference.deref() === undefined) objects.delete(reference);
}

/** In the parent, right before it is copied. @returns What is to be called there when the copy has ended, or never was. */
export function announceFork(): () => void {
  const ends: (() => void)[] = [];
  for (const aware of everybody()) {
    aware.beforeFork?.();
    const end = aware.beginCopy?.();
    if (end !== undefined) ends.push(end);
  }
  return () => {
    for (const end of ends) end();
  };
}

/** In the copy, before anything else runs there. Modules first: objects build on them. */
export function adoptCopy(): void {
  isPossible = true;
  for (const aware of everybody()) aware.afterFork?.();
}

function* everybody(): Generator<ForkAware> {
  yield* modules;
  for (const reference of [...objects]) {
    const aware = reference.deref();
    if (aware !== undefined) yield aware;
  }
}
