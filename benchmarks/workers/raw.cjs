// A worker written by hand: one message in, one message out. As a thread or as a forked process.
'use strict';
const { parentPort } = require('node:worker_threads');
const tasks = require('./tasks.cjs');

const send = parentPort ? (message) => parentPort.postMessage(message) : (message) => process.send(message);
const answer = ([id, task, input]) => send([id, tasks[task](input)]);

if (parentPort) parentPort.on('message', answer);
else process.on('message', answer);
send('ready');
