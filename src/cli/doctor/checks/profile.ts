import { lstatSync, type Stats } from 'node:fs';

import { describeProblem, openKeyFiles } from '../../../config/index.ts';
import { takesKey } from '../../../core/auth.ts';
import { listed } from '../../story/words.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';

// A file with one mistake often has ten; the first shows where to look.
const SHOWN = 3;

const profileFile: Check = {
  id: 'profile-file',
  looksAt: 'the profile file: there, a plain file, readable, valid',
  look({ stored: { status, config }, context: { paths } }) {
    if (config.is === 'failed') {
      const findings = config.fault
        .slice(0, SHOWN)
        .map((each) => problem(describeProblem(each), fixFor(status, paths.config)));
      const rest = config.fault.length - findings.length;
      return rest === 0
        ? findings
        : [...findings, problem(`${rest} more mistakes in it`, 'gw config validate')];
    }
    if (status === undefined) return [fine(`there is no profile file yet: ${paths.config}`, 'gw init')];
    const user = process.getuid?.();
    if (user !== undefined && user !== 0 && status.uid !== user) {
      return [problem(`${paths.config} belongs to another user`, `ls -l ${paths.config}`)];
    }
    return [fine(`${paths.config} is valid (active profile: ${config.value.activeProfile})`)];
  },
};

function fixFor(status: Stats | undefined, path: string): string {
  return status?.isSymbolicLink() === true
    ? `cp --remove-destination "$(readlink -f ${path})" ${path}`
    : 'gw config edit';
}

const profileUse: Check = {
  id: 'profile-use',
  looksAt:
    'whether the profile can be served: it has an enabled provider, and a token where others can reach it',
  look({ stored, chosen }) {
    if (stored.config.is === 'failed') return [skipped('the profile file has to be mended first')];
    if (chosen.is === 'failed') {
      const { message, why, fix } = chosen.fault;
      return [problem(why === undefined ? message : `${message}: ${why}`, fix ?? 'gw config edit')];
    }
    const { profile, fromEnvironment } = chosen.value;
    const names = profile.providers.filter(({ enabled }) => enabled).map(({ name }) => name);
    return fromEnvironment
      ? [fine(`without a profile, the keys in the environment are used: ${listed(names)}`, 'gw init')]
      : [fine(`the profile ${profile.name} has ${listed(names)}`)];
  },
};

const permissions: Check = {
  id: 'permissions',
  looksAt: 'who else on this machine can read or write the profile, key files and state',
  look({ context: { paths, env }, machine, profile, home }) {
    if (machine.platform === 'win32') return [onWindows(env, [paths.configDir, paths.stateDir])];
    const keyFiles = openKeyFiles(profile?.providers.flatMap(({ keys }) => keys) ?? [], home);
    const found = [
      ...tooOpen(paths.configDir, 0o700),
      ...tooOpen(paths.config, 0o600),
      ...tooOpen(paths.stateDir, 0o700),
      ...tooOpen(paths.database, 0o600),
      ...tooOpen(paths.log, 0o600),
      ...keyFiles.map(openKeyFile),
    ];
    return found.length > 0 ? found : [fine('what gw keeps is for your user alone')];
  },
};

/** Windows shuts others out of a person's own folder; what is made elsewhere mostly inherits that all may read it. */
function onWindows(env: Scene['context']['env'], folders: readonly string[]): Finding {
  const own = env['USERPROFILE']?.toLowerCase() ?? '';
  const isOutside = (folder: string): boolean =>
    own === '' || !folder.toLowerCase().startsWith(own) || !/[\\/]/.test(folder.charAt(own.length));
  const outside = folders.find(isOutside);
  if (outside === undefined) return skipped('Windows keeps these in the folders of your user');
  const user = env['USERNAME'] ?? '%USERNAME%';
  return skipped(
    `gw cannot tell who may read ${outside}: it is not in the folder of your user`,
    `icacls "${outside}" /inheritance:r /grant:r "${user}:(OI)(CI)F"`,
  );
}

function openKeyFile(path: string): Finding {
  const was = (lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
  const mend = { is: 'permissions', path, mode: 0o600, was } as const;
  const fix = `chmod 600 ${path}`;
  return problem(`others on this machine can read the key in ${path}`, fix, { about: path, mend });
}

/** What others can write is a problem (they decide where keys are sent); what they can read is a warning. */
function tooOpen(path: string, wanted: number): Finding[] {
  const status = lstatSync(path, { throwIfNoEntry: false });
  // A link is a matter of its own, and a folder that all share (sticky, like /tmp) is meant to be open.
  if (status === undefined || status.isSymbolicLink() || (status.mode & 0o1000) !== 0) return [];
  if ((status.mode & 0o077) === 0) return [];
  const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
  const fix = `chmod ${wanted.toString(8)} ${path}`;
  const isWritable = (status.mode & 0o022) !== 0;
  const sentence = `others on this machine can ${isWritable ? 'change' : 'look into'} ${path} (${mode})`;
  const mend = { is: 'permissions', path, mode: wanted, was: status.mode & 0o777 } as const;
  return [(isWritable ? problem : warning)(sentence, fix, { about: path, mend })];
}

/** The profile file and who can read it. */
export const PROFILE_CHECKS: CheckGroup = {
  title: 'Profile',
  checks: [profileFile, profileUse, permissions],
};

/** Why a provider can serve nobody for now; undefined when it can. The daemon's own keys count where one runs. */
export function whyIdle(scene: Scene, name: string): string | undefined {
  const provider = scene.profile?.providers.find((each) => each.name === name);
  if (provider === undefined) return `there is no provider ${name}`;
  if (!provider.enabled) return `${name} is disabled`;
  if (!takesKey(provider.auth) || provider.keys.length === 0) return undefined;
  const running = scene.daemon.is === 'ok' ? scene.daemon.value.status.providers : [];
  const known = running.find((each) => each.name === name);
  const usable =
    known === undefined
      ? provider.keys.some((key) => key.is === 'keychain' || scene.keys.resolve(key) !== undefined)
      : known.keys.some(({ resolved }) => resolved);
  return usable ? undefined : `${name} has no usable key`;
}
