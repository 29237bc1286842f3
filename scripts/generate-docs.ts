// Writes the documentation that is made from code: `npm run docs`. A test fails while a page differs.
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderPages } from './generated-docs.ts';

const root = join(import.meta.dirname, '..');
const pages = await renderPages();
mkdirSync(join(root, 'man'), { recursive: true });
for (const [path, text] of pages) writeFileSync(join(root, path), text);
// A command that is gone takes its manual page with it.
for (const found of globSync('man/*.1', { cwd: root }))
  if (!pages.has(found.replaceAll('\\', '/'))) rmSync(join(root, found));
