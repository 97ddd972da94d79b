import type { Session } from 'node:inspector';

// Where the inspector and this module hand each other objects. On `process`, which every realm has.
const key = 'mp.native.closure';

interface Exchange {
  readonly target: object;
  readonly names: readonly string[];
  readonly found: Record<string, unknown>;
}

/**
 * Reads variables that a function of Node's own closes over, by an inspector session of this very process.
 *
 * A fork copies state that Node has no interface for, such as its stores of random bytes and its lists of timers.
 * The values are the real ones. What is not there, in another version of Node or in one without the inspector, is
 * missing in the answer, and the caller must do without.
 */
export function readClosure(target: object, names: readonly string[]): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = Object.create(null);
  const inspector = process.getBuiltinModule('node:inspector');
  if (inspector === undefined) return found;
  const exchange: Exchange = { target, names, found };
  const symbol = Symbol.for(key);
  Object.defineProperty(process, symbol, { value: exchange, configurable: true });
  const session = new inspector.Session();
  try {
    session.connect();
    fill(session);
  } catch {
    // `--permission` without the inspector, or an engine that answers otherwise.
  } finally {
    session.disconnect();
    Reflect.deleteProperty(process, symbol);
  }
  return found;
}

function fill(session: Session): void {
  const holder = `process[Symbol.for(${JSON.stringify(key)})]`;
  const exchangeId = ask(session, 'Runtime.evaluate', { expression: holder }).result?.objectId;
  const targetId = ask(session, 'Runtime.evaluate', { expression: `${holder}.target` }).result?.objectId;
  const properties = ask(session, 'Runtime.getProperties', { objectId: targetId, ownProperties: true });
  const scopes = properties.internalProperties?.find(({ name }) => name === '[[Scopes]]')?.value?.objectId;
  ask(session, 'Runtime.callFunctionOn', {
    objectId: exchangeId,
    functionDeclaration: String(collect),
    arguments: [{ objectId: scopes }],
  });
}

/** Runs with the list of scopes, innermost first: `{ description, object }`. Its text is all that is used. */
function collect(this: Exchange, scopes: ArrayLike<{ object: Record<string, unknown> }>): void {
  for (let i = 0; i < scopes.length; i++) {
    const scope = (scopes[i] as { object: Record<string, unknown> }).object;
    for (const name of this.names)
      if (!(name in this.found) && Object.hasOwn(scope, name)) this.found[name] = scope[name];
  }
}

interface Answer {
  readonly result?: { readonly objectId?: string };
  readonly internalProperties?: readonly { readonly name: string; readonly value?: { readonly objectId?: string } }[];
}

/** An in-process session answers within the call. */
function ask(session: Session, method: string, parameters: object): Answer {
  let answer: Answer = {};
  session.post(method, parameters, (error, result) => {
    if (error === null) answer = result as Answer;
  });
  return answer;
}
