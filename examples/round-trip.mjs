// A value goes to another process and comes back, over the codec contract alone: what a runtime does underneath.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { SerializeError } from '@mp/codec';
import { structuredCloneCodec as codec } from '@mp/codec/structured-clone';

if (process.send) {
  // The other process: it decodes, looks, and sends the value back.
  process.on('message', (payload) => {
    const value = codec.decode(payload);
    value.seenBy = process.pid;
    process.send(codec.encode(value));
  });
} else {
  const graph = {
    when: new Date(),
    big: 2n ** 80n,
    minusZero: -0,
    squares: new Map([[2, 4]]),
    bytes: new Float64Array(3),
  };
  graph.self = graph;

  const child = fork(new URL(import.meta.url), { serialization: 'advanced' });
  child.send(codec.encode(graph));
  const [reply] = await once(child, 'message');
  const arrived = codec.decode(reply);
  child.disconnect();

  console.log(`Sent from process ${process.pid}, seen by process ${arrived.seenBy}, and back:`);
  console.log(arrived);
  console.log(`Identity kept: ${arrived.self === arrived}. Negative zero kept: ${Object.is(arrived.minusZero, -0)}.`);

  try {
    codec.encode({ jobs: [{ onDone: () => 'no functions over structured clone' }] });
  } catch (error) {
    if (!(error instanceof SerializeError)) throw error;
    console.log(`\nWhat cannot travel says so:\n${error.code} ${error.message}`);
  }
}
