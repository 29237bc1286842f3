import type { ProviderStatus, Status } from '../../control/index.ts';
import { type FaultCode, FAULTS } from '../../core/fault.ts';
import type { TargetHealth } from '../../core/health.ts';
import { parseTargetName } from '../../core/target.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { listed } from '../story/words.ts';

/** A route none of whose targets can serve as things stand, as `--json` shows it. */
export interface DownRoute {
  readonly route: string;
  readonly targets: readonly { readonly target: string; readonly because: Because }[];
  readonly fix: string;
}

type Because = FaultCode | 'disabled' | 'no-key';

/** The routes that nobody can serve: each of their targets was found ill, or cannot be asked. None while offline: that is said. */
export function downRoutes({
  routes,
  providers,
  offline,
}: Pick<Status, 'routes' | 'providers' | 'offline'>): DownRoute[] {
  if (offline !== undefined) return [];
  return routes.flatMap(({ name, targets }) => {
    const found = targets.flatMap((target) => {
      const because = whyNot(target, providers);
      return because === undefined ? [] : [{ target, because }];
    });
    if (found.length === 0 || found.length < targets.length) return [];
    return [{ route: name, targets: found, fix: fixOf(found) }];
  });
}

/** What is wrong with all of a target that was asked; undefined when it may serve, or nobody has asked. */
function whyNot(target: string, providers: readonly ProviderStatus[]): Because | undefined {
  const { provider: name, model } = parseTargetName(target);
  const provider = providers.find((each) => each.name === name);
  if (provider === undefined) return undefined;
  if (!provider.enabled) return 'disabled';
  if (provider.keys.length > 0 && provider.keys.every(({ resolved }) => !resolved)) return 'no-key';
  const asked = provider.targets.filter((each) => model === undefined || each.target.model === model);
  const reasons = asked.flatMap((each) => restsFor(each) ?? []);
  return reasons.length < asked.length ? undefined : reasons[0];
}

function restsFor({ breaker, cooldown }: TargetHealth): FaultCode | undefined {
  return cooldown?.reason ?? (breaker.is === 'closed' ? undefined : breaker.reason);
}

const FIXES: Readonly<Partial<Record<Because, (provider: string) => string>>> = {
  upstream_unreachable: (provider) => `start ${provider} or look at its address: gw doctor --online`,
  upstream_refused_key: (provider) => `gw key set ${provider}`,
  'no-key': (provider) => `gw key set ${provider}`,
  upstream_out_of_credit: (provider) => `top it up, then gw reset ${provider}`,
  disabled: (provider) => `gw provider enable ${provider}`,
};

/** What the owner can do, if anything: what is overloaded comes back by itself. */
function fixOf(found: DownRoute['targets']): string {
  for (const { target, because } of found) {
    const fix = FIXES[because]?.(parseTargetName(target).provider);
    if (fix !== undefined) return fix;
  }
  return 'gw cooldowns (when each is tried again)';
}

/** A sentence and what to do about it, for each. */
export function downLines(down: readonly DownRoute[]): { readonly message: string; readonly fix: string }[] {
  return down.map(({ route, targets, fix }) => {
    const groups = Map.groupBy(targets, ({ because }) => because);
    const why = [...groups].map(
      ([because, own]) => `${listed(own.map(({ target }) => terminalSafe(target)))}: ${wordsOf(because)}`,
    );
    return { message: `route ${terminalSafe(route)}: nobody can serve it. ${why.join('; ')}`, fix };
  });
}

function wordsOf(because: Because): string {
  if (because === 'disabled') return 'switched off';
  return because === 'no-key' ? 'no key' : FAULTS[because].sentence;
}
