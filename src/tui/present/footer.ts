import type { ShownKey } from '../key.ts';
import { joinFitting, type Line, span } from './line.ts';

/** The keys that matter here, or why the last one did nothing. */
export function footerLine(keys: readonly ShownKey[], notice: string | undefined, columns: number): Line {
  if (notice !== undefined) return [span(`  ${notice}`, 'warn')];
  const groups = keys.flatMap(({ footer, label, disabled }): readonly Line[] =>
    footer === undefined || disabled !== undefined
      ? []
      : [[span(footer, 'accent'), span(` ${label}`, 'dim')]],
  );
  return [span('  '), ...joinFitting(groups, columns - 4)];
}
