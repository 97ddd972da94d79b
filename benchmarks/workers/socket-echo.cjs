// The bare minimum between two Node processes: bytes come back over an inherited socket pair.
'use strict';
const { Socket } = require('node:net');

const socket = new Socket({ fd: 3, readable: true, writable: true });
socket.on('data', (bytes) => socket.write(bytes));
socket.on('end', () => process.exit(0));
