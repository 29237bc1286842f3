// Runs a command with everything it needs in place: `node scripts/with-setup.js [--build] <command> [arguments…]`.
// Plain JavaScript that any Node.js from 18 on can run, because it is what installs the right one.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed-lock');

const words = process.argv.slice(2);
const build = words[0] === '--build';
if (build) words.shift();

install();
if (build) run('node', [join(root, 'scripts', 'build.js')]);
const [command, ...rest] = words;
if (command !== undefined) run(command, rest);

/** Installs the locked dependencies unless exactly these are installed already. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('gw: installing dependencies (once) …\n');
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional binaries, which nobody here needs.
  // Without saving, the lock decides the versions all the same and stays as it is.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], 2);
  writeFileSync(stamp, wanted);
}

/** Runs a program in the project with its own Node.js first on the path; ends with its exit code when it fails. */
function run(program, parameters, stdout = 'inherit') {
  const result = spawnSync(program, parameters, {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` },
    shell: process.platform === 'win32',
  });
  if (result.error) {
    process.stderr.write(`gw: cannot run ${program}: ${result.error.message}\n`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}
