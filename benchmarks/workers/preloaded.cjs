// Says that it is there, and answers with objects of the heap until it is told to end.
'use strict';
const { heap } = require('./heap.cjs');

process.on('message', (index) => (index < 0 ? process.disconnect() : process.send(heap[index].i)));
process.send('up');
