// The other end of a channel: returns each message, or counts them until it is asked (by -1) how many there were.
'use strict';
const { parentPort, workerData } = require('node:worker_threads');

const isEcho = (workerData ?? process.argv[2]) === 'echo';
let count = 0;

function answer(message, send) {
  if (isEcho) send(message);
  else if (message === -1) send(count);
  else count++;
}

if (parentPort) parentPort.on('message', (message) => answer(message, (reply) => parentPort.postMessage(reply)));
else process.on('message', (message) => answer(message, (reply) => process.send(reply)));
