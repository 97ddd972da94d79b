import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, root } from '../workspace.mjs';

const CODE = /'(MP_[A-Z0-9_]+)'/g;

function codesInSources() {
  const codes = new Set();
  for (const name of packages) {
    const folder = join(root, 'packages', name, 'src');
    for (const entry of readdirSync(folder, { recursive: true })) {
      if (!String(entry).endsWith('.ts')) continue;
      for (const [, code] of readFileSync(join(folder, String(entry)), 'utf8').matchAll(CODE)) codes.add(code);
    }
  }
  return [...codes].sort();
}

function codesInReference() {
  const text = readFileSync(join(root, 'docs', 'reference', 'errors.md'), 'utf8');
  return [...text.matchAll(/^\| `(MP_[A-Z0-9_]+)`/gm)].map(([, code]) => code).sort();
}

test('the reference lists exactly the codes that the packages throw', () => {
  expect(codesInReference()).toEqual(codesInSources());
});

test('the reference lists no code twice', () => {
  const codes = codesInReference();
  expect(new Set(codes).size).toBe(codes.length);
});
