import { type RequestLimit, scopeText } from '../../core/budget.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Context } from '../context.ts';
import { notifyDaemon } from '../notify.ts';
import { changeProfile, type OpenProfile } from '../profile-file.ts';
import { limitLines } from './words.ts';

/** Writes the limits of the active profile, tells the daemon, and answers with them as they are now. */
export async function changeLimits(
  context: Context,
  open: OpenProfile,
  limits: readonly RequestLimit[],
): Promise<readonly RequestLimit[]> {
  const profile = await changeProfile(context, open, ({ whole }) => {
    if (limits.length === 0) delete whole['limits'];
    else whole['limits'] = limits.map(limitJson);
  });
  await notifyDaemon(context);
  return profile.limits ?? [];
}

/** Prints what is set. */
export function showLimits(context: Context, limits: readonly RequestLimit[]): void {
  if (context.json) {
    context.printJson({ limits: limits.map(limitJson) });
    return;
  }
  for (const line of limitLines(limits)) context.print(line);
  if (limits.length === 0)
    context.say('Nothing limits how often is asked. To begin: gw limit set each-client --per-minute 60');
}

/** As it stands in the profile file. */
export function limitJson({ scope, requestsPerMinute }: RequestLimit): JsonObject {
  return { scope: scopeText(scope), requestsPerMinute };
}
