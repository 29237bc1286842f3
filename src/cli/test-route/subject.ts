import type { RouteStatus, Status } from '../../control/index.ts';
import { parseTargetName } from '../../core/target.ts';
import { isGlob } from '../../lib/glob.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { PRESETS } from '../../providers/index.ts';
import { CommandError, EXIT } from '../error.ts';

/** What is asked for in every request of the test. */
export interface TestSubject {
  /** The route, or the model name as typed. */
  readonly name: string;
  /** Set when a route is tested by its own name. */
  readonly route: string | undefined;
  readonly model: string;
}

type Profiled = Pick<Status, 'profile' | 'providers' | 'routes'>;

/**
 * Chooses what to ask for: a route by its name, any other name as the model a caller would ask for. `habit` knows
 * what callers ask a route for, where the profile does not say.
 */
export function chooseSubject(
  status: Profiled,
  typed: string | undefined,
  model: string | undefined,
  habit: (route: string) => string | undefined,
): TestSubject {
  const { routes } = status;
  const route = typed === undefined ? mainRoute(status) : routes.find(({ name }) => name === typed);
  if (route) return { name: route.name, route: route.name, model: model ?? modelFor(status, route, habit) };
  const name = typed ?? '';
  return { name, route: undefined, model: name };
}

/** The default route, or the only one. */
function mainRoute({ routes, profile }: Profiled): RouteStatus {
  const found =
    routes.find(({ match }) => match.includes('*')) ?? (routes.length === 1 ? routes[0] : undefined);
  if (found) return found;
  const [first] = routes;
  throw new CommandError('Which route?', {
    why:
      first === undefined
        ? `the profile ${terminalSafe(profile)} has no route`
        : `there is no default route, and several others: ${terminalSafe(routes.map(({ name }) => name).join(', '))}`,
    fix:
      first === undefined
        ? 'gw route set default PROVIDER/MODEL …'
        : `gw test-route ${terminalSafe(first.name)}`,
    exit: EXIT.usage,
  });
}

/**
 * The model to name where a target passes the caller's along: one the route lists, else the cheap one of the first
 * such provider, else what callers ask for. Where every target names its own model, any name will do.
 */
function modelFor(
  { providers }: Profiled,
  { name, match, targets }: RouteStatus,
  habit: (route: string) => string | undefined,
): string {
  const listed = match.find((pattern) => !isGlob(pattern) && pattern !== '*');
  if (listed !== undefined) return listed;
  const passing = targets.map(parseTargetName).find(({ model }) => model === undefined);
  if (passing === undefined) return name;
  const url = providers.find((provider) => provider.name === passing.provider)?.url;
  const model = PRESETS.find((preset) => preset.url === url)?.model ?? habit(name);
  if (model !== undefined) return model;
  throw new CommandError(`Which model should ${terminalSafe(passing.provider)} be asked for?`, {
    why: `the route ${terminalSafe(name)} passes the caller's model name along to it`,
    fix: `gw test-route ${terminalSafe(name)} --model NAME`,
    exit: EXIT.usage,
  });
}
