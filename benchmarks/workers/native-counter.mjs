// Increments a counter under a lock, so many times: `native-counter.mjs <url of @mp/native> <arena> <block> <data>`.
const [url, arena, block, data] = process.argv.slice(2);
const { Lock, SharedMemory, SyncArena } = await import(url);
const lock = Lock.attach(SyncArena.attach(SharedMemory.attach(arena)), Number(block));
const counter = new Int32Array(SharedMemory.attach(data).buffer);

process.on('message', (rounds) => {
  for (let i = 0; i < rounds; i++) {
    const hold = lock.acquireSync();
    counter[0]++;
    hold.release();
  }
  process.send('done');
});
process.send('ready');
