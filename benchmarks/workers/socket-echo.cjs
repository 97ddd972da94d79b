// The bare minimum between two Node processes, over an inherited socket pair. By default bytes come back as they are.
// With `flow`, only those eight bytes come back that say how many messages of eight bytes there were. With `sink`, eight
// bytes say how many bytes follow, and come back when these have arrived.
'use strict';
const { Socket } = require('node:net');

const socket = new Socket({ fd: 3, readable: true, writable: true });
let messages = 0;
let rest = Buffer.alloc(0);

function flow(bytes) {
  const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
  const whole = all.length - (all.length % 8);
  for (let at = 0; at < whole; at += 8) {
    messages++;
    if (all.readDoubleLE(at) !== messages) continue;
    socket.write(all.subarray(at, at + 8));
    messages = 0;
  }
  rest = all.subarray(whole);
}

let expected = 0;
let head;

function sink(bytes) {
  let body = bytes;
  if (expected === 0) {
    head = bytes.subarray(0, 8);
    expected = head.readDoubleLE(0);
    body = bytes.subarray(8);
  }
  expected -= body.length;
  if (expected === 0) socket.write(head);
}

const modes = { flow, sink };
socket.on('data', modes[process.argv[2]] ?? ((bytes) => socket.write(bytes)));
socket.on('end', () => process.exit(0));
