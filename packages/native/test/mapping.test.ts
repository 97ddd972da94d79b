import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mapFile } from '@mp/native/mapping';

const exec = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'mp-native-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is written to a mapped file is in the file at once, also when its descriptor is closed', () => {
  const path = join(folder, 'record');
  writeFileSync(path, Buffer.from([1, 2, 3, 4]));
  const descriptor = openSync(path, 'r+');
  const memory = mapFile(descriptor) as ArrayBuffer;
  closeSync(descriptor);
  const bytes = new Uint8Array(memory);
  expect([...bytes]).toEqual([1, 2, 3, 4]);
  bytes[1] = 7;
  expect([...readFileSync(path)]).toEqual([1, 7, 3, 4]);
});

test('what is no file of memory is refused', () => {
  const descriptor = openSync('/dev/null', 'r+');
  expect(() => mapFile(descriptor)).toThrow(expect.objectContaining({ code: 'MP_SYSTEM_CALL' }));
  closeSync(descriptor);
});

test('nothing is mapped where addons are not allowed', async () => {
  const code = 'import { mapFile } from "@mp/native/mapping"; console.log(mapFile(0));';
  const { stdout } = await exec(process.execPath, ['--no-addons', '--input-type=module', '-e', code], {
    cwd: new URL('..', import.meta.url).pathname,
  });
  expect(stdout.trim()).toBe('undefined');
});
