import { prepareCall } from '../channel/exported.js';
import { decodePayload, Later, payloadOf } from '../channel/marshal.js';
import { family } from '../platform/family.js';
import { FRAME } from '../protocol/frames.js';
import type { ChildChannel, Work } from './boot.js';
import { exitByError } from './traceback.js';

/** Runs the target of a {@link Process}, and leaves when nothing of it is left to do. */
export async function run(child: ChildChannel): Promise<void> {
  process.on('uncaughtException', exitByError);
  try {
    const work = child.work ?? (await receiveWork(child));
    if ('target' in work) await prepareCall(work.target);
    family().startProblem = undefined;
    child.channel.send(FRAME.ready, new Uint8Array(0));
    // From here on the target alone keeps the process alive.
    child.channel.unref();
    await ('run' in work ? work.run() : work.target(...work.args));
  } catch (error) {
    exitByError(error);
  }
}

async function receiveWork(child: ChildChannel): Promise<Work> {
  const marshal = await child.marshal;
  const payload = await new Promise<ReturnType<typeof payloadOf>>((resolve) => {
    child.listen((kind, body, buffers) => {
      if (kind === FRAME.run) resolve(payloadOf(body, buffers));
    });
  });
  const decoded = decodePayload(marshal, payload);
  return (decoded instanceof Later ? await decoded.promise : decoded) as Work;
}
