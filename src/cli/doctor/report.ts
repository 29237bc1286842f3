import { terminalSafe } from '../../lib/terminal-safe.ts';
import { type Layout, wrap } from '../story/lines.ts';
import type { Style } from '../style.ts';
import type { Result } from './check.ts';
import type { Diagnosis, Noted } from './examine.ts';
import { mendWords } from './mend.ts';

/** Symbol and word: colour alone tells some people nothing. */
const SIGNS: Readonly<Record<Result, { readonly text: string; readonly colour: Colour }>> = {
  ok: { text: '✓ ok', colour: 'green' },
  warning: { text: '! warning', colour: 'yellow' },
  problem: { text: '✗ problem', colour: 'red' },
  skipped: { text: '– skipped', colour: 'dim' },
};

type Colour = 'green' | 'yellow' | 'red' | 'dim';

const SIGN_WIDTH = 9;
const INDENT = '  ';

/** What was found, under the titles of its groups, and one line that says what it comes to. */
export function reportLines(noted: readonly Noted[], diagnosis: Diagnosis, layout: Layout): string[] {
  const groups = Map.groupBy(noted, ({ group }) => group);
  const lines = [...groups].flatMap(([title, findings]) => [
    layout.style.bold(title),
    ...withoutRepeats(findings).flatMap((finding) => findingLines(finding, layout)),
    '',
  ]);
  return [...lines, verdictLine(diagnosis, layout.style)];
}

/** Several checks that were skipped for one reason say so once. */
function withoutRepeats(findings: readonly Noted[]): Noted[] {
  return findings.filter(
    ({ result, sentence }, index) =>
      result !== 'skipped' || findings.findIndex((other) => other.sentence === sentence) === index,
  );
}

function findingLines({ result, sentence, fix }: Noted, { style, width }: Layout): string[] {
  const { text, colour } = SIGNS[result];
  const sign = text.padEnd(SIGN_WIDTH);
  const blank = ' '.repeat(SIGN_WIDTH);
  const [first = '', ...rest] = wrap(sentence, width, `${INDENT}${sign}${INDENT}`);
  const painted = `${INDENT}${style[colour](sign)}${first.slice(INDENT.length + sign.length)}`;
  const label = result === 'warning' || result === 'problem' ? 'fix: ' : 'tip: ';
  const fixes = fix === undefined ? [] : wrap(fix, width, `${INDENT}${blank}${INDENT}${label}`);
  return [painted, ...rest, ...fixes.map((line) => (label === 'fix: ' ? line : style.dim(line)))];
}

function verdictLine({ problems, warnings, fix }: Diagnosis, style: Style): string {
  if (problems + warnings === 0) return style.green('Nothing is wrong.');
  const words = `${count(problems, 'problem')}, ${count(warnings, 'warning')}`;
  const paint = problems > 0 ? style.red : style.yellow;
  if (fix === undefined) return paint(`${words}.`);
  // What is said in brackets after a command stands above, beside the finding.
  return `${paint(`${words}.`)} First: ${terminalSafe(fix.replace(/ \(.*\)$/, ''))}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The same for `--json`. */
export function reportJson(
  noted: readonly Noted[],
  { problems, warnings, fix }: Diagnosis,
  version: string,
): object {
  return {
    version,
    problems,
    warnings,
    fix: fix ?? null,
    checks: noted.map(({ id, group, looksAt, result, sentence, about, fix: own, mend, figures }) => ({
      id,
      group,
      looksAt,
      result,
      sentence,
      about: about ?? null,
      fix: own ?? null,
      ...(mend === undefined ? {} : { mends: mendWords(mend) }),
      ...(figures === undefined ? {} : { figures }),
    })),
  };
}
