const assert = require('node:assert');
const entries = require('./entries.json');

for (const entry of entries) assert.equal(typeof require(entry), 'object');
const { structuredCloneCodec } = require('@mp/codec/structured-clone');
assert.deepEqual(structuredCloneCodec.decode(structuredCloneCodec.encode({ a: [1] })), { a: [1] });
