// The other end of two rings: `native-ring.mjs <url of @mp/native> <memory in> <memory out> echo|flow blocking|waiting`.
// `echo` returns every eight bytes; `flow` returns the last eight bytes when as many were read as they say.
const [url, input, output, what, how] = process.argv.slice(2);
const { RingReader, RingWriter, SharedMemory } = await import(url);
const reader = new RingReader(SharedMemory.attach(input));
const writer = new RingWriter(SharedMemory.attach(output));
const blocking = how === 'blocking';
const bytes = new Uint8Array(what === 'echo' ? 8 : 65_536);
const numbers = new Float64Array(bytes.buffer);

function* work() {
  let messages = 0;
  for (let filled = 0; ; ) {
    filled += yield filled;
    if (filled % 8 !== 0) continue;
    messages += filled / 8;
    const last = numbers[filled / 8 - 1];
    filled = 0;
    if (what === 'flow' && last !== messages) continue;
    messages = 0;
    numbers[0] = last;
    if (writer.tryWrite(bytes.subarray(0, 8)) !== 8) throw new Error('The answer does not fit.');
  }
}

async function run() {
  const steps = work();
  let at = steps.next().value;
  for (;;) {
    const rest = bytes.subarray(at);
    const read = blocking ? reader.readSync(rest) : await reader.read(rest);
    if (read === 0) return;
    at = steps.next(read).value;
  }
}

process.send('ready', () => void run());
