// Writes the documentation that is made from code: `npm run docs`. A test fails while a page differs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderPages } from './generated-docs.ts';

for (const [path, text] of await renderPages()) writeFileSync(join(import.meta.dirname, '..', path), text);
