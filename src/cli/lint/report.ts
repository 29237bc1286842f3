import { terminalSafe } from '../../lib/terminal-safe.ts';
import { type Layout, wrap } from '../story/lines.ts';
import type { Style } from '../style.ts';
import { countNotes, type LintNote, type LintResult } from './examine.ts';
import type { Severity } from './rule.ts';

/** Symbol and word: colour alone tells some people nothing. */
const SIGNS: Readonly<
  Record<Severity, { readonly text: string; readonly colour: 'red' | 'yellow' | 'dim' }>
> = {
  error: { text: '✗ error', colour: 'red' },
  warning: { text: '! warning', colour: 'yellow' },
  note: { text: '– note', colour: 'dim' },
};

const SIGN_WIDTH = 11;

/** What was found, route by route, and one line that says what it comes to. Notes are counted unless asked for. */
export function lintLines(
  { notes, ignored }: LintResult,
  { routes, withNotes }: { readonly routes: number; readonly withNotes: boolean },
  layout: Layout,
): string[] {
  const shown = notes.filter(({ severity }) => withNotes || severity !== 'note');
  const groups = Map.groupBy(shown, ({ route }) => route);
  const explained = new Set<string>();
  const lines = [...groups].flatMap(([route, own]) => [
    layout.style.bold(terminalSafe(route === undefined ? 'The profile' : `Route ${route}`)),
    ...own.flatMap((note) => noteLines(note, explained, layout)),
    '',
  ]);
  return [...lines, verdict(notes, routes, layout.style), ...asides(notes, ignored, withNotes, layout)];
}

/** Why a rule matters is said once. */
function noteLines(
  { severity, sentence, why, fix, code }: LintNote,
  explained: Set<string>,
  { style, width }: Layout,
): string[] {
  const { text, colour } = SIGNS[severity];
  const blank = ' '.repeat(2 + SIGN_WIDTH);
  const head = `  ${text.padEnd(SIGN_WIDTH)}`;
  const [first = '', ...rest] = wrap(sentence, width, head);
  const reason = explained.has(code) ? `[${code}]` : `${why} [${code}]`;
  explained.add(code);
  return [
    `${style[colour](head)}${first.slice(head.length)}`,
    ...rest,
    ...wrap(reason, width, blank).map((line) => style.dim(line)),
    ...wrap(fix, width, `${blank}fix: `),
  ];
}

function verdict(notes: readonly LintNote[], routes: number, style: Style): string {
  const { error, warning } = countNotes(notes);
  if (error + warning === 0) {
    return style.green(routes === 1 ? 'The one chain is in order.' : `All ${routes} chains are in order.`);
  }
  return (error > 0 ? style.red : style.yellow)(`${count(error, 'error')}, ${count(warning, 'warning')}.`);
}

function asides(
  notes: readonly LintNote[],
  ignored: number,
  withNotes: boolean,
  { style }: Layout,
): string[] {
  const { note } = countNotes(notes);
  return [
    ...(note > 0 && !withNotes ? [`${count(note, 'note')} more: gw lint --notes`] : []),
    ...(ignored > 0 ? [`${count(ignored, 'finding')} ignored, as was asked.`] : []),
  ].map((line) => style.dim(line));
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The same for `--json`; notes are always in it. */
export function lintJson({ notes, ignored }: LintResult): object {
  const { error, warning, note } = countNotes(notes);
  return {
    errors: error,
    warnings: warning,
    notes: note,
    ignored,
    findings: notes.map(({ code, severity, route, target, sentence, why, fix }) => ({
      code,
      severity,
      route: route ?? null,
      target: target ?? null,
      sentence,
      why,
      fix,
    })),
  };
}
