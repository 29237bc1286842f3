import type { Mend } from './mend.ts';
import type { Scene } from './scene.ts';

/** How a check turned out. `skipped`: there was nothing to look at, or it was not asked for. */
export type Result = 'ok' | 'warning' | 'problem' | 'skipped';

/** One thing that a check found. */
export interface Finding {
  readonly result: Result;
  /** What is so, in one sentence without its full stop. */
  readonly sentence: string;
  /** The command or the step that mends it; beside something that is in order, a suggestion. */
  readonly fix?: string;
  /** The provider, route, file or variable it is about, where a check looks at several. */
  readonly about?: string;
  /** What `--fix` can do about it. */
  readonly mend?: Mend;
  /** Figures for `--json`. */
  readonly figures?: Readonly<Record<string, number | string>>;
}

/** One row of the table of checks. It looks, and changes nothing. */
export interface Check {
  readonly id: string;
  /** What it looks at: for documentation and `--json`. */
  readonly looksAt: string;
  look(scene: Scene): readonly Finding[] | Promise<readonly Finding[]>;
}

/** Checks of one kind, under one title. */
export interface CheckGroup {
  readonly title: string;
  readonly checks: readonly Check[];
}

type More = Omit<Finding, 'result' | 'sentence' | 'fix'>;

/** All is well; a suggestion may go with it. */
export function fine(sentence: string, fix?: string, more: More = {}): Finding {
  return { result: 'ok', sentence, ...(fix === undefined ? {} : { fix }), ...more };
}

/** It works, but not as its owner may think. */
export function warning(sentence: string, fix: string, more: More = {}): Finding {
  return { result: 'warning', sentence, fix, ...more };
}

/** Something does not work. */
export function problem(sentence: string, fix: string, more: More = {}): Finding {
  return { result: 'problem', sentence, fix, ...more };
}

/** There was nothing to look at. */
export function skipped(sentence: string, fix?: string, more: More = {}): Finding {
  return { result: 'skipped', sentence, ...(fix === undefined ? {} : { fix }), ...more };
}
