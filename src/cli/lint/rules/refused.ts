import { keyLabel } from '../../../core/key-label.ts';
import type { Provider } from '../../../core/profile.ts';
import { listed } from '../../story/words.ts';
import type { LintRule } from '../rule.ts';
import type { LintScene } from '../scene.ts';

/** What a running daemon was told by providers, and what only a change mends. */
export const REFUSED_RULES: readonly LintRule[] = [
  {
    code: 'refused-key',
    severity: 'error',
    finds:
      'a target whose provider told the running daemon that it refuses every key, or wants one and has none',
    why: 'The target is left alone until its key is another one, as if it were not in the chain.',
    look: (scene) =>
      findingsOf(scene, 'upstream_refused_key', ({ name, keys }) => ({
        sentence:
          keys.length === 0
            ? `${name} wants a key and has none`
            : `${name} refuses its key (${listed(keys.map(keyLabel))})`,
        fix: `gw key set ${name}`,
      })),
  },
  {
    code: 'no-credit',
    severity: 'error',
    finds:
      'a target whose provider told the running daemon that the account behind every key is out of credit',
    why: 'The target is left alone until it answers again, as if it were not in the chain.',
    look: (scene) =>
      findingsOf(scene, 'upstream_out_of_credit', ({ name, keys }) => ({
        sentence: `${name} is out of credit (${listed(keys.map(keyLabel))})`,
        fix: `top it up, then gw reset ${name}`,
      })),
  },
];

function findingsOf(
  scene: LintScene,
  reason: 'upstream_refused_key' | 'upstream_out_of_credit',
  tell: (provider: Provider) => { readonly sentence: string; readonly fix: string },
): ReturnType<LintRule['look']> {
  return scene.chains.flatMap(({ route, links }) =>
    links
      .filter(({ provider }) => isRefused(scene, provider, reason))
      .map(({ name, provider }) => ({ route: route.name, target: name, ...tell(provider) })),
  );
}

/** Of several keys that resolve, one that is taken is enough. */
function isRefused({ daemon = [] }: LintScene, { name, keys }: Provider, reason: string): boolean {
  const running = daemon.find((each) => each.name === name);
  const resting = (running?.targets ?? []).filter(({ cooldown }) => cooldown?.reason === reason);
  if (keys.length === 0) return resting.length > 0;
  const usable = (running?.keys ?? []).filter(({ resolved }) => resolved);
  return usable.length > 0 && usable.every(({ label }) => resting.some(({ target }) => target.key === label));
}
