import assert from 'node:assert';
import { createRequire } from 'node:module';
import entries from './entries.json' with { type: 'json' };

const require = createRequire(import.meta.url);
for (const entry of entries) {
  const imported = await import(entry);
  const required = require(entry);
  for (const name of Object.keys(imported))
    assert.equal(imported[name], required[name], `${entry} has two copies of ${name}`);
}
