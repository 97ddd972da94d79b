// Attaches shared memory whose name it is told, and answers with its last byte: `native-reader.mjs <url of @mp/native>`.
const { SharedMemory } = await import(process.argv[2]);

process.on('message', (name) => {
  const memory = SharedMemory.attach(name);
  const bytes = new Uint8Array(memory.buffer);
  process.send(bytes[bytes.length - 1]);
  memory.close();
});
process.send('ready');
