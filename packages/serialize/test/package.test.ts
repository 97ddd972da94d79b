import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

test('the package loads', async () => {
  await expect(import('@mp/serialize')).resolves.toBeDefined();
});

// Tools look for it in every file that a stack trace names; vitest fails on one that is none.
test('no text in its files looks like the comment that names the source map of the file', () => {
  const lib = fileURLToPath(new URL('../lib/', import.meta.url));
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file));
  expect(files).toContain('index.js');
  for (const file of files) expect(readFileSync(lib + file, 'utf8')).not.toMatch(/sourceMappingURL=data:/);
});
