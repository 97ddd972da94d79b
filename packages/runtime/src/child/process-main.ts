import { prepareCall } from '../channel/exported.js';
import { decodePayload, Later, payloadOf } from '../channel/marshal.js';
import { family } from '../platform/family.js';
import { FRAME } from '../protocol/frames.js';
import { type ChildChannel, loadMarshal } from './boot.js';
import { exitByError } from './traceback.js';

/** What a process is given to do: a target and its arguments, or an object of a subclass with its own `run`. */
type Work =
  | { readonly target: (...args: unknown[]) => unknown; readonly args: readonly unknown[] }
  | { run(): unknown };

/** Runs the target of a {@link Process}, and leaves when nothing of it is left to do. */
export async function run(child: ChildChannel): Promise<void> {
  process.on('uncaughtException', exitByError);
  try {
    const work = await receiveWork(child);
    child.channel.send(FRAME.ready, new Uint8Array(0));
    // From here on the target alone keeps the process alive.
    child.channel.unref();
    await ('run' in work ? work.run() : work.target(...work.args));
  } catch (error) {
    exitByError(error);
  }
}

async function receiveWork(child: ChildChannel): Promise<Work> {
  family().startProblem =
    'it is still importing the modules of its target. Start processes inside functions, not while a module loads';
  const marshal = await loadMarshal(child.preparation);
  const payload = await new Promise<ReturnType<typeof payloadOf>>((resolve) => {
    child.listen((kind, body, buffers) => {
      if (kind === FRAME.run) resolve(payloadOf(body, buffers));
    });
  });
  const decoded = decodePayload(marshal, payload);
  const work = (decoded instanceof Later ? await decoded.promise : decoded) as Work;
  if ('target' in work) await prepareCall(work.target);
  family().startProblem = undefined;
  return work;
}
