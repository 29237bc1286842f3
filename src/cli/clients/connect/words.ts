import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { redact } from '../../report/redact.ts';
import type { Style } from '../../style.ts';
import { diffLines } from './diff.ts';
import type { PlannedFile } from './plan.ts';
import type { Undone } from './undo.ts';

/** A path as a person knows it. */
export function shortPath(path: string, home: string): string {
  return terminalSafe(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** What a planned change does to its file, line by line. Keys of the person's own are not shown. */
export function diffText(planned: PlannedFile, style: Style): string[] {
  if (planned.is === 'refused') return [];
  return diffLines(planned.before ?? '', planned.after).map(({ is, text }) => {
    const shown = terminalSafe(is === 'added' ? text : redact(text, undefined));
    if (is === 'added') return style.green(`  + ${shown}`);
    return is === 'removed' ? style.red(`  - ${shown}`) : `    ${shown}`;
  });
}

/** What became of a file that was put back. */
export function undoneSentence({ file, is, kept = [], why }: Undone, home: string): string {
  const name = shortPath(file, home);
  const stays = kept.length > 0 ? `; changed by you since, and left: ${terminalSafe(kept.join(', '))}` : '';
  switch (is) {
    case 'restored':
      return `${name} is as it was before gw`;
    case 'parted':
      return `${name} was changed since: only what gw wrote was taken out${stays}`;
    case 'gone':
      return `${name} is not there any more`;
    case 'failed':
      return `${name} was left alone: ${terminalSafe(why ?? '')}`;
  }
}
