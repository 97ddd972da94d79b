const { getOwnPropertyDescriptor, isExtensible } = Object;

interface Frame {
  getTypeName(): string | null;
}

const holder: { stack?: unknown } = {};

/**
 * What the engine calls an object: the class that constructed it, whatever prototype it was given since.
 *
 * The name of a receiver in a stack trace is taken from its hidden class, which knows the constructor (V8's
 * `JSReceiver::GetConstructorName`); no property of the object is read. 2 µs. An instance of a derived class has no such name once its
 * prototype was replaced.
 *
 * @returns `undefined` where the engine does not say.
 */
export function engineName(object: object): string | undefined {
  const prepare = getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const limit = getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  // A program may have frozen `Error`, or given it accessors, which are not to run.
  if (limit?.writable !== true || !(prepare === undefined ? isExtensible(Error) : prepare.writable === true)) {
    return undefined;
  }
  try {
    Error.prepareStackTrace = nameReceiver;
    Error.stackTraceLimit = 1;
    return take.call(object) as string | undefined;
  } finally {
    Error.stackTraceLimit = limit.value as number;
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepare.value as typeof Error.prepareStackTrace;
  }
}

function nameReceiver(_error: unknown, [frame]: readonly Frame[]): unknown {
  return frame?.getTypeName() ?? undefined;
}

/** Its receiver is what the engine is asked about. */
function take(this: object): unknown {
  Error.captureStackTrace?.(holder);
  const { stack } = holder;
  delete holder.stack;
  return typeof stack === 'string' && !stack.includes('\n') ? stack : undefined;
}
