// Bundles src/ into dist/: one entry, a lazy chunk per command, every dependency inside.
// Does nothing when dist/ is newer than all that goes into it.
import { copyFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cheapBuiltins } from './cheap-builtins.js';
import { oneByte } from './one-byte.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
// Built beside it and then renamed, so that a build that fails, or is under way, leaves a program that works.
const next = join(root, `dist.next-${process.pid}`);
const stamp = join(dist, '.built');

if (newest(join(root, 'src')) >= modified(stamp) || inputsChanged()) {
  await build().finally(() => rmSync(next, { recursive: true, force: true }));
}

async function build() {
  const { build: bundle } = await import('rolldown');
  // Apart, so that neither loads what only the other needs.
  const inputs = [
    { main: 'src/main.ts' },
    { 'store-worker': 'src/store/worker.ts' },
    { 'answer-cache-worker': 'src/store/answer-cache-worker.ts' },
    { 'catalogue-reader': 'src/daemon/catalogue-reader.ts' },
  ];
  for (const input of inputs) {
    await bundle({
      cwd: root,
      input,
      platform: 'node',
      plugins: [cheapBuiltins(), oneByte()],
      // Ours and our libraries' modules run code only when called, so a command loads just what it names.
      treeshake: { moduleSideEffects: false, propertyReadSideEffects: false },
      external: ['react-devtools-core', '@napi-rs/keyring'],
      resolve: {
        alias: {
          // What its `main` names looks its own files up in a way that no bundler sees.
          'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
          undici$: join(root, 'scripts/undici-parts.js'),
        },
      },
      transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
      logLevel: 'warn',
      preserveEntrySignatures: 'allow-extension',
      output: {
        dir: next,
        format: 'esm',
        minify: true,
        chunkFileNames: 'chunk-[hash].js',
        // What every command loads goes into one file: eight small ones take 2 ms more to find and open. Joining
        // the small files behind single commands gains nothing measurable.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'first', tags: ['$initial'] }],
        },
      },
    });
  }
  copyFileSync(join(root, 'src/web/page.html'), join(next, 'dash-page.html'));
  writeFileSync(join(next, '.built'), '');
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

function inputsChanged() {
  const scripts = readdirSync(join(root, 'scripts')).map((name) => join('scripts', name));
  return ['package.json', 'package-lock.json', ...scripts].some(
    (file) => modified(join(root, file)) >= modified(stamp),
  );
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : modified(path));
  }
  return latest;
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
