import type { Status } from '../../control/index.ts';
import type { CallerFormatName, FormatName } from '../../core/operation.ts';
import { CALLER_FORMATS } from '../../formats/index.ts';
import { isKeyOf, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Input } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import type { TestTarget } from './targets.ts';

/** What is spoken where nothing speaks for another format. */
export const USUAL_FORMAT: CallerFormatName = 'openai-chat';

/** The `--format` a route is to be asked in, when it is one that callers of gw can speak. */
export function readCallerFormat(input: Input): CallerFormatName | undefined {
  const typed = input.text('format');
  if (typed === undefined || isKeyOf(CALLER_FORMATS, typed)) return typed;
  const names = keysOf(CALLER_FORMATS);
  throw new CommandError(`Callers of gw cannot speak ${terminalSafe(typed)}.`, {
    why: `they speak ${names.join(', ')}`,
    fix: `--format ${nearest(typed, names) ?? names.join(' or --format ')}`,
    exit: EXIT.usage,
  });
}

/** The format of the route's first target, when callers can speak it: the way without translation. */
export function formatOfFirst(
  [first]: readonly TestTarget[],
  { providers }: Pick<Status, 'providers'>,
): CallerFormatName {
  const provider = providers.find(({ name }) => name === first?.provider);
  const spoken: readonly FormatName[] = [provider?.format ?? USUAL_FORMAT, ...(provider?.alsoSpeaks ?? [])];
  for (const name of spoken) if (isKeyOf(CALLER_FORMATS, name)) return name;
  return USUAL_FORMAT;
}
