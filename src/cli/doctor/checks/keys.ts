import { explainUnresolved, keyLabel } from '../../../config/index.ts';
import { takesKey } from '../../../core/auth.ts';
import type { KeyReference, Provider } from '../../../core/profile.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';

const keysHere: Check = {
  id: 'keys-here',
  looksAt: 'whether the references to keys resolve in this shell; a key itself is never shown',
  look(scene) {
    const providers = withKeys(scene);
    if (providers.length === 0) return [skipped('no provider refers to a key')];
    const missing = providers.flatMap((provider) =>
      provider.keys
        .filter((key) => key.is !== 'keychain' && scene.keys.resolve(key) === undefined)
        .map((reference) => ({ provider, reference })),
    );
    const found = missing
      .filter(({ provider, reference }) => !isMissingInDaemon(scene, provider.name, keyLabel(reference)))
      .map(({ provider, reference }) => missingHere(scene, provider, reference));
    const kept = providers.flatMap(({ keys }) => keys).filter(({ is }) => is === 'keychain').length;
    const asked =
      kept === 0
        ? []
        : [skipped(`${kept} in the keychain, which may ask for its password`, 'gw provider test')];
    const others =
      missing.length > found.length ? [skipped('the daemon lacks some of them too: see below')] : [];
    return [...(missing.length > 0 ? [...found, ...others] : allWell(providers, kept)), ...asked];
  },
};

function allWell(providers: readonly Provider[], kept: number): Finding[] {
  const count = providers.reduce((sum, { keys }) => sum + keys.length, 0) - kept;
  return count === 0
    ? []
    : [fine(count === 1 ? 'the one reference resolves' : `all ${count} references resolve`)];
}

/** While a daemon runs, it is the daemon's own keys that serve: then a missing one here is no more than a warning. */
function missingHere(scene: Scene, provider: Provider, reference: KeyReference): Finding {
  const { why, fix } = explainUnresolved(reference, scene.machine.platform);
  const about = provider.name;
  const sentence = `${provider.name}, ${keyLabel(reference)}: ${why}`;
  if (scene.daemon.is === 'ok') {
    return warning(`${sentence} (the daemon has it; a restart from this shell would lose it)`, fix, {
      about,
    });
  }
  const hasOther = provider.keys.some(
    (key) => key.is === 'keychain' || scene.keys.resolve(key) !== undefined,
  );
  return (hasOther ? warning : problem)(sentence, fix.replace('gw reload', 'gw start'), { about });
}

/** One cause is told once: what the daemon lacks is what has to be mended. */
function isMissingInDaemon({ daemon }: Scene, provider: string, label: string): boolean {
  if (daemon.is === 'failed') return false;
  const known = daemon.value.status.providers.find(({ name }) => name === provider);
  return known?.keys.some((key) => key.label === label && !key.resolved) === true;
}

const keysInDaemon: Check = {
  id: 'keys-daemon',
  looksAt: 'whether the references resolve in the running daemon, which does not see what a shell sets later',
  look({ daemon, profile, machine }) {
    if (daemon.is === 'failed') return [skipped('the daemon does not run')];
    const providers = daemon.value.status.providers.filter(({ enabled, keys }) => enabled && keys.length > 0);
    if (providers.length === 0) return [skipped('no provider refers to a key')];
    const found = providers.flatMap(({ name, keys }) => {
      const references = profile?.providers.find((each) => each.name === name)?.keys ?? [];
      const none = keys.every(({ resolved }) => !resolved);
      return keys
        .filter(({ resolved }) => !resolved)
        .map(({ label }) => {
          const reference = references.find((each) => keyLabel(each) === label);
          const fix =
            reference === undefined ? 'gw reload' : explainUnresolved(reference, machine.platform).fix;
          return (none ? problem : warning)(`the daemon has no ${label} for ${name}`, fix, { about: name });
        });
    });
    return found.length > 0 ? found : [fine('the daemon has every key')];
  },
};

function withKeys({ profile }: Scene): Provider[] {
  return (profile?.providers ?? []).filter(
    ({ enabled, auth, keys }) => enabled && takesKey(auth) && keys.length > 0,
  );
}

/** Whether keys are where the profile says. */
export const KEY_CHECKS: CheckGroup = { title: 'Keys', checks: [keysHere, keysInDaemon] };
