import { profileFromEnvironment } from '../../config/index.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { PRESETS } from '../../providers/index.ts';
import type { TrailFilter } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { openStored } from '../stored-config.ts';

/**
 * A sentence for each name asked for that no profile has: looking for a misspelt one finds nothing and seems to say that
 * nothing happened. Only for a search that found nothing, as the log may know names that were removed since.
 */
export function unknownNames(context: Context, { provider, route }: TrailFilter): string[] {
  const read = openStored(context).read();
  if (read.is === 'failed') return [];
  const implied = profileFromEnvironment(context.env, PRESETS);
  const profiles = [...Object.values(read.value.profiles), ...(implied ? [implied] : [])];
  return [
    ...unknown(
      'provider',
      provider,
      profiles.flatMap(({ providers }) => providers),
    ),
    ...unknown(
      'route',
      route,
      profiles.flatMap(({ routes }) => routes),
    ),
  ];
}

function unknown(
  noun: string,
  name: string | undefined,
  known: readonly { readonly name: string }[],
): string[] {
  const names = known.map((each) => each.name);
  if (name === undefined || names.includes(name)) return [];
  const close = nearest(name, names);
  const question = close === undefined ? '' : ` Did you mean ${terminalSafe(close)}?`;
  return [`There is no ${noun} ${terminalSafe(name)} in the profile file.${question}`];
}
