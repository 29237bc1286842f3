#!/usr/bin/env node
// Finds a Node.js new enough and loads the program. Plain JavaScript that old versions can read.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 23];

if (isNewEnough(process.versions.node)) {
  module.enableCompileCache?.();
  await load();
} else {
  runUnderOwnNode();
}

async function load() {
  const program = new URL('../dist/main.js', import.meta.url);
  if (!existsSync(program)) {
    process.stderr.write('gw: not built yet.\n  why: dist/main.js is missing\n  fix: npm run build\n');
    process.exit(1);
  }
  const { main } = await import(program.href);
  await main();
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** A clone has a suitable Node.js among its development dependencies; an installed gw says what it needs. */
function runUnderOwnNode() {
  const node = ownNode();
  if (node === undefined) {
    process.stderr.write(
      `gw: this needs Node.js ${NEEDED.join('.')} or newer.\n` +
        `  why: it runs under ${process.versions.node} (${process.execPath}), whose SQLite has a known bug\n` +
        '  fix: install a current Node.js from https://nodejs.org, or run: npm install --global node\n',
    );
    process.exit(1);
  }
  const result = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (result.signal) process.kill(process.pid, result.signal);
  process.exit(result.status ?? 1);
}

function ownNode() {
  try {
    const found = module.createRequire(import.meta.url).resolve('node/bin/node');
    const asked = spawnSync(found, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    return isNewEnough(asked.stdout.trim()) ? found : undefined;
  } catch {
    return undefined;
  }
}
