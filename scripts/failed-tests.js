// Names the tests that failed in a report of vitest's JSON reporter, with the first lines of why:
// `node scripts/failed-tests.js <file>`. For the end of a long log, where nobody wants to look for them.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const WHY_LINES = 8;

const [file = ''] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  process.stdout.write('The tests did not come to their end: there is no report of them.\n');
  process.exit();
}
for (const { name, status, message, assertionResults } of report.testResults) {
  const path = relative(process.cwd(), name);
  const failed = assertionResults.filter((result) => result.status === 'failed');
  for (const { fullName, failureMessages } of failed)
    tell(`${path}: ${fullName}`, failureMessages.join('\n'));
  if (status === 'failed' && failed.length === 0) tell(path, message);
}

function tell(what, why = '') {
  const lines = why.split('\n').slice(0, WHY_LINES);
  process.stdout.write(`FAILED ${what}\n${lines.map((line) => `    ${line}\n`).join('')}`);
}
