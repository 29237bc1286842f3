// Everything that must be green before a change lands, in the order that fails fastest.
import { spawnSync } from 'node:child_process';

/** @type {[string, string, string[]][]} */
const steps = [
  ['format', 'oxfmt', ['--check']],
  ['lint', 'oxlint', ['--type-aware']],
  ['types', 'tsc', ['-p', '.']],
  ['dead code', 'knip', []],
  ['tests and docs', 'vitest', ['run']],
];

// The gate has run them already when it asks for the rest.
const left = process.argv.includes('--without-tests') ? steps.slice(0, -1) : steps;

for (const [name, program, parameters] of left) {
  process.stdout.write(`\n── ${name}\n`);
  const { status } = spawnSync(program, parameters, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stdout.write(`\n${name}: failed\n`);
    process.exit(status ?? 1);
  }
}
process.stdout.write('\nall checks passed\n');
