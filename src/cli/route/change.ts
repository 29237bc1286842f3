import type { Context } from '../context.ts';
import { notifyDaemon } from '../notify.ts';
import { changeProfile, type OpenProfile, type ProfileDraft } from '../profile-file.ts';
import { formatRoute, routeJson } from './describe.ts';
import { requireRoute } from './lookup.ts';

/** Changes a route on disk, tells the daemon, and shows the route as it is now. */
export async function changeRoute(
  context: Context,
  open: OpenProfile,
  name: string,
  edit: (routes: ProfileDraft['routes']) => void,
): Promise<void> {
  const profile = await changeProfile(context, open, ({ routes }) => edit(routes));
  await notifyDaemon(context);
  const route = requireRoute(profile, name);
  if (context.json) context.printJson({ route: routeJson({ ...open, profile }, route) });
  else context.print(formatRoute(context, { ...open, profile }, route));
}
