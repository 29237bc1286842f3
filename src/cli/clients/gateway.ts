import type { RouteStatus, Status } from '../../control/index.ts';
import { findNames } from '../completion/names.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { openStored } from '../stored-config.ts';
import type { Gateway, Place, TokenSource } from './client.ts';
import { askStatus } from './reach.ts';
import { findToken } from './token.ts';

/** Where this context's clients keep their settings. */
export function placeOf(context: Context): Place {
  return { home: homeOf(context), env: context.env, cwd: context.cwd };
}

/** What a running gw offers its clients. */
export async function gatewayOf(context: Context, { address, routes }: Status): Promise<Gateway> {
  return { address, model: mainRoute(routes), models: await findNames(context, 'models') };
}

/** The same where it does not run: from what the profile file says. */
export async function expectedGateway(context: Context): Promise<Gateway> {
  const status = await askStatus(context);
  if (typeof status !== 'string') return gatewayOf(context, status);
  const config = openStored(context).read();
  if (config.is === 'failed') return { address: 'http://127.0.0.1:4499', model: 'default', models: [] };
  const { host, port } = config.value.settings.listen;
  const routes = config.value.profiles[config.value.activeProfile]?.routes ?? [];
  return {
    address: `http://${host}:${port}`,
    model: mainRoute(routes),
    models: await findNames(context, 'models'),
  };
}

/** The route that takes every model: its name can always be asked for. */
function mainRoute(routes: readonly Pick<RouteStatus, 'name' | 'match'>[]): string {
  return (routes.find(({ match }) => match.includes('*')) ?? routes[0])?.name ?? 'default';
}

/** How a client's settings file can refer to gw's token; undefined where gw wants none. */
export function tokenSourceOf(context: Context): TokenSource | undefined {
  const token = findToken(context);
  if (token === undefined) return undefined;
  return token.is === 'env' ? { is: 'variable', name: token.name } : { is: 'command' };
}
