#!/usr/bin/env node
// Finds a Node.js new enough and loads the program. Plain JavaScript that old versions can read. It imports nothing
// up front: `import … from 'node:fs'` and `'node:child_process'` alone cost 5 ms of the 40 that `gw status` takes.
const NEEDED = [22, 23];

if (isNewEnough(process.versions.node)) await load();
else await runUnderOwnNode();

async function load() {
  process.getBuiltinModule('node:module').enableCompileCache();
  const { main } = await import('../dist/main.js').catch(explainMissing);
  await main();
}

function explainMissing(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(`gw: not built yet.\n  why: ${error.message}\n  fix: npm run build\n`);
  process.exit(1);
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** A clone has a suitable Node.js among its development dependencies; an installed gw says what it needs. */
async function runUnderOwnNode() {
  const { spawn, spawnSync } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  const node = await findOwnNode(spawnSync);
  if (node === undefined) {
    const clone = fileURLToPath(new URL('../', import.meta.url));
    const { existsSync } = await import('node:fs');
    const fix = existsSync(`${clone}scripts/with-setup.js`)
      ? `this clone can bring its own: cd ${clone} && npm run build`
      : 'install a current Node.js from https://nodejs.org, or run: npm install --global node';
    process.stderr.write(
      `gw: this needs Node.js ${NEEDED.join('.')} or newer.\n` +
        `  why: it runs under ${process.versions.node} (${process.execPath}), whose SQLite has a known bug\n` +
        `  fix: ${fix}\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us, and the child decides when it is done; other signals are passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`gw: cannot run ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

async function findOwnNode(spawnSync) {
  try {
    const { createRequire } = await import('node:module');
    const found = createRequire(import.meta.url).resolve('node/bin/node');
    const asked = spawnSync(found, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    return isNewEnough(asked.stdout.trim()) ? found : undefined;
  } catch {
    return undefined;
  }
}
