// The serializer alone: a closure and a class become bytes, and another process, which has never seen this file, runs them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from '@mp/serialize';

class Account {
  #balance = 0;
  deposit(amount) {
    this.#balance += amount;
    return this.#balance;
  }
}

const account = new Account();
account.deposit(100);
const rates = new Map([
  ['EUR', 1],
  ['USD', 1.08],
]);
const convert = (currency) => account.deposit(1) * rates.get(currency);

const bytes = serialize({ convert, account });
console.log(`A closure over a Map and an instance with a private field: ${bytes.length} bytes.`);

const folder = mkdtempSync(join(tmpdir(), 'mp-example-'));
try {
  writeFileSync(join(folder, 'closure.bin'), bytes);
  const program = `
    import { readFileSync } from 'node:fs';
    import { deserialize } from '@mp/serialize';
    // The bytes hold code: they are run only because the caller says that they may be.
    const { convert, account } = deserialize(readFileSync(process.argv[1]), { trustCode: true });
    console.log('There:', convert('USD'), convert('EUR'), account.deposit(0));`;
  const args = ['--input-type=module', '-e', program, join(folder, 'closure.bin')];
  process.stdout.write(execFileSync(process.execPath, args, { cwd: import.meta.dirname }));
} finally {
  rmSync(folder, { recursive: true });
}
console.log('Here, unchanged:', account.deposit(0));
