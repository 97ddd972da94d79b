// Gives each turn back: `native-turns.mjs <url of @mp/native> futex <memory>`, or `… semaphore <arena> <block> <block>`.
const [url, kind, name, ...blocks] = process.argv.slice(2);
const native = await import(url);
const memory = native.SharedMemory.attach(name);

function turns() {
  if (kind === 'futex') {
    const words = new Int32Array(memory.buffer);
    return (turn) => {
      while (Atomics.load(words, 0) !== turn) native.futexWait(words, 0, turn - 1);
      Atomics.store(words, 16, turn);
      native.futexWake(words, 16);
    };
  }
  const arena = native.SyncArena.attach(memory);
  const [there, back] = blocks.map((block) => native.Semaphore.attach(arena, Number(block)));
  return () => {
    there.acquireSync();
    back.release();
  };
}

const give = turns();
// When the message has left: nothing of the loop runs from then on.
process.send('ready', () => {
  for (let turn = 1; ; turn++) give(turn);
});
