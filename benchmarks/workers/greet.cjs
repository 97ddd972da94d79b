// Says that it is there, and ends.
'use strict';
const { parentPort } = require('node:worker_threads');

if (parentPort) parentPort.postMessage('up');
else process.send('up', () => process.disconnect());
