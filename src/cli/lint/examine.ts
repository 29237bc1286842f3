import type { LintFinding, LintRule, Severity } from './rule.ts';
import type { LintScene } from './scene.ts';
import { LINT_RULES } from './table.ts';

/** A finding with the rule it came from. */
export interface LintNote extends LintFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly why: string;
}

/** What was found, and how much of it was not to be told. */
export interface LintResult {
  readonly notes: readonly LintNote[];
  readonly ignored: number;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** Makes every rule look, worst first. `ignore` names codes, or `code:route`; `route` is the only one looked at. */
export function examineChains(
  scene: LintScene,
  {
    ignore = [],
    route,
    rules = LINT_RULES,
  }: {
    readonly ignore?: readonly string[];
    readonly route?: string | undefined;
    readonly rules?: readonly LintRule[];
  } = {},
): LintResult {
  const all = rules.flatMap((rule) => {
    const { code, severity, why } = rule;
    return rule.look(scene).map((finding) => ({ code, severity, why, ...finding }));
  });
  const asked = all.filter((note) => route === undefined || note.route === undefined || note.route === route);
  const told = withoutEchoes(asked).filter((note) => !isIgnored(note, ignore));
  const notes = ORDER.flatMap((severity) => told.filter((note) => note.severity === severity));
  return { notes, ignored: withoutEchoes(asked).length - told.length };
}

function isIgnored({ code, route }: LintNote, ignore: readonly string[]): boolean {
  return ignore.includes(code) || (route !== undefined && ignore.includes(`${code}:${route}`));
}

const ECHOES = ['missing-key', 'disabled-target', 'one-target'];

/** A route that serves nobody says it all: that each of its targets has no key is the same news. */
function withoutEchoes(notes: readonly LintNote[]): LintNote[] {
  const dead = new Set(notes.filter(({ code }) => code === 'nobody-serves').map(({ route }) => route));
  return notes.filter(({ code, route }) => !ECHOES.includes(code) || !dead.has(route));
}

/** How many of each severity. */
export function countNotes(notes: readonly LintNote[]): Readonly<Record<Severity, number>> {
  const of = (severity: Severity): number => notes.filter((note) => note.severity === severity).length;
  return { error: of('error'), warning: of('warning'), note: of('note') };
}
