// A worker written by hand: one message in, one message out. As a thread or as a forked process.
'use strict';
const { parentPort } = require('node:worker_threads');
const tasks = require('./tasks.cjs');

if (parentPort) parentPort.on('message', ([id, task, input]) => parentPort.postMessage([id, tasks[task](input)]));
else process.on('message', ([id, task, input]) => process.send([id, tasks[task](input)]));
