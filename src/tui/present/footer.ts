import type { ShownKey } from '../key.ts';
import { joinFitting, type Line, span } from './line.ts';

/** The keys that matter here, or why the last one did nothing. */
export function footerLine(keys: readonly ShownKey[], notice: string | undefined, columns: number): Line {
  if (notice !== undefined) return [span(`  ${notice}`, 'warn')];
  const shown = keys.filter(({ footer, disabled }) => footer && disabled === undefined);
  const groups = shown.map((key): Line => [span(key.shown, 'accent'), span(` ${key.label}`, 'dim')]);
  return [span('  '), ...joinFitting(groups, columns - 4)];
}
