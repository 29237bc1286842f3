import { errorMessage } from '../../lib/expect.ts';
import { type Check, type Finding, warning } from './check.ts';
import type { Scene } from './scene.ts';
import { CHECK_GROUPS } from './table.ts';

/** A finding with the check it came from. */
export interface Noted extends Finding {
  readonly id: string;
  readonly group: string;
  readonly looksAt: string;
}

/** Makes every check, in the order of the table. */
export async function examine(scene: Scene): Promise<Noted[]> {
  const noted: Noted[] = [];
  for (const { title, checks } of CHECK_GROUPS) {
    for (const check of checks) {
      const { id, looksAt } = check;
      for (const finding of await lookSafely(check, scene)) {
        noted.push({ id, group: title, looksAt, ...finding });
      }
    }
  }
  return noted;
}

/** A machine can be ill in ways nobody thought of: one check that fails must not keep the others from being told. */
async function lookSafely(check: Check, scene: Scene): Promise<readonly Finding[]> {
  try {
    return await check.look(scene);
  } catch (error) {
    return [warning(`this could not be looked at: ${errorMessage(error)}`, 'gw logs --level error')];
  }
}

/** What it comes to. */
export interface Diagnosis {
  readonly problems: number;
  readonly warnings: number;
  /** What to do first. */
  readonly fix: string | undefined;
}

/** Counts, and chooses the first fix: of a problem when there is one, else of a warning. */
export function diagnose(noted: readonly Noted[]): Diagnosis {
  const problems = noted.filter(({ result }) => result === 'problem');
  const warnings = noted.filter(({ result }) => result === 'warning');
  return {
    problems: problems.length,
    warnings: warnings.length,
    fix: [...problems, ...warnings].find(({ fix }) => fix !== undefined)?.fix,
  };
}
