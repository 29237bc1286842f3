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

for (const [name, program, parameters] of steps) {
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
