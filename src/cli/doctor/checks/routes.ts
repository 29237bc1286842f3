import type { Profile, Route } from '../../../core/profile.ts';
import { targetName } from '../../../core/target.ts';
import { listed } from '../../story/words.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';
import { whyIdle } from './profile.ts';

const routesServe: Check = {
  id: 'routes',
  looksAt: 'whether each route has a target that can serve, and another that can stand in',
  look(scene) {
    const { profile } = scene;
    if (profile === undefined || profile.providers.length === 0) return [skipped('there is no provider')];
    if (profile.routes.length === 0) {
      const names = profile.providers.map(({ name }) => name).join(' ');
      return [
        warning(
          'there is no route, so nobody stands in for anybody',
          `gw route set default ${names} --match "*"`,
        ),
      ];
    }
    return profile.routes.map((route) => lookAt(scene, profile, route));
  },
};

function lookAt(scene: Scene, profile: Profile, { name, targets }: Route): Finding {
  const about = name;
  const idle = targets.flatMap((target) => whyIdle(scene, target.provider) ?? []);
  const reasons = listed([...new Set(idle)]);
  if (idle.length === targets.length) {
    const fix = fixFor(profile, targets[0]?.provider ?? '');
    return problem(`the route ${name} can serve nobody: ${reasons || 'it has no target'}`, fix, { about });
  }
  if (idle.length > 0) {
    return warning(
      `the route ${name} goes on without some of its targets: ${reasons}`,
      `gw route show ${name}`,
      { about },
    );
  }
  const shown = targets.map(targetName).join(', then ');
  if (targets.length > 1) return fine(`the route ${name}: ${shown}`, undefined, { about });
  return fine(
    `the route ${name} has one target (${shown}): nobody stands in`,
    `gw route add ${name} PROVIDER/MODEL`,
    { about },
  );
}

function fixFor(profile: Profile, name: string): string {
  const provider = profile.providers.find((each) => each.name === name);
  if (provider?.enabled === false) return `gw provider enable ${name}`;
  return provider === undefined ? 'gw route list' : `gw provider show ${name}`;
}

const unrouted: Check = {
  id: 'providers-without-route',
  looksAt: 'providers that no route sends anything to',
  look({ profile }) {
    if (profile === undefined || profile.providers.length === 0) return [skipped('there is no provider')];
    if (profile.routes.length === 0) return [skipped('there is no route')];
    const used = new Set(profile.routes.flatMap(({ targets }) => targets.map(({ provider }) => provider)));
    const idle = profile.providers.filter(({ name, enabled }) => enabled && !used.has(name));
    if (idle.length === 0) return [fine('every provider is in a route')];
    return idle.map(({ name, owns, models }) => {
      const own = owns.length + models.length > 0 ? 'its own models' : `the model name ${name}/…`;
      const fix = `gw route add ${profile.routes[0]?.name ?? 'default'} ${name}`;
      return warning(`${name} is in no route: it is only asked for ${own}`, fix, { about: name });
    });
  },
};

/** Who stands in for whom. */
export const ROUTE_CHECKS: CheckGroup = { title: 'Routes', checks: [routesServe, unrouted] };
