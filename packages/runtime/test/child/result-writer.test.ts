import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@mp/codec';
import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { BufferFile } from '../../dist/channel/buffer-file.js';
import { FrameChannel } from '../../dist/channel/frame-channel.js';
import { createMarshal } from '../../dist/channel/marshal.js';
import { MemoryTransport } from '../../dist/channel/memory-transport.js';
import { ResultWriter } from '../../dist/child/result-writer.js';

const REGION = 1 << 24;
const folder = mkdtempSync(join(tmpdir(), 'mp-result-writer-'));
const path = join(folder, 'file');
writeFileSync(path, '');
const descriptor = openSync(path, 'r+');
afterAll(() => {
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

const MEGABYTE = new Uint8Array(1 << 20);

test('large results that cannot be written after all leave the shared file as empty as it was', () => {
  const channel = new FrameChannel(MemoryTransport.pair()[0]);
  channel.shareFile(new BufferFile(descriptor, 'child', REGION));
  const result = {};
  const codec: Codec = {
    ...structuredCloneCodec,
    // Its body fits into no memory.
    encode: (value, context, root) =>
      value === result
        ? { body: { length: 2 ** 50 } as Uint8Array, buffers: [MEGABYTE], attachments: [] }
        : structuredCloneCodec.encode(value, context, root),
  };
  const writer = new ResultWriter(channel, createMarshal(codec, []), false);
  for (let i = 0; i < 40; i++) writer.value(i, result);
  // What has room in the file leaves an empty buffer behind.
  expect(channel.keep(new Uint8Array(REGION)).length).toBe(0);
  expect(channel.keep(MEGABYTE).length).toBe(MEGABYTE.length);
});
