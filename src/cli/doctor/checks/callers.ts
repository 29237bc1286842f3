import { isLoopback } from '../../../config/index.ts';
import { askPort, dialHost, splitAddress } from '../../../daemon/index.ts';
import { assigningLine, loadingLine } from '../../clients/detect-shell.ts';
import { CLIENT_FAMILIES, type ClientFamily } from '../../clients/variables.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';
import { findShellLines } from '../shell-files.ts';
import { clientSettings } from './clients.ts';

/** What tells SDKs and agents where an API is, and what stands behind gw's address there. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ...Object.values<ClientFamily>(CLIENT_FAMILIES).flatMap(({ addresses, path }) =>
    addresses.map((name) => [name, path] as const),
  ),
  // Open WebUI's, which gw env does not set.
  ['OPENAI_API_BASE_URL', '/v1'],
]);
const NAMES: readonly string[] = [...VARIABLES.keys()];

const ASK_MS = 500;

const environment: Check = {
  id: 'base-url-environment',
  looksAt: `${NAMES.join(', ')} in the environment: whether gw answers there`,
  async look(scene) {
    const { env } = scene.context;
    const set = NAMES.filter((name) => env[name]?.trim());
    if (set.length === 0) return [unset(scene)];
    return Promise.all(
      set.map(async (name) =>
        judge(scene, name, env[name]?.trim() ?? '', assigningLine(env, name, baseUrl(scene, name))),
      ),
    );
  },
};

const shellFiles: Check = {
  id: 'base-url-files',
  looksAt: 'the same variables in the start-up files of bash, zsh and fish',
  async look(scene) {
    const lines = findShellLines(NAMES, scene.home, scene.context.env).filter(({ value }) => isLocal(value));
    if (lines.length === 0) return [fine('no start-up file points programs at this machine')];
    return Promise.all(
      lines.map(async ({ file, line, name, value }) => {
        const short = file.replace(`${scene.home}/`, '~/');
        const place = `${short}:${line}`;
        const setting = file.endsWith('.fish') ? `set -gx ${name} ` : `export ${name}=`;
        const fix = `change line ${line} of ${short} to: ${setting}${baseUrl(scene, name)}`;
        const finding = await judge(scene, `${place}, ${name}`, value, fix);
        return { ...finding, about: place };
      }),
    );
  },
};

function unset(scene: Scene): Finding {
  if (scene.daemon.is === 'failed') return skipped('none is set in this shell');
  return fine(
    'none is set in this shell: programs started from it go past gw, unless set up otherwise',
    loadingLine(scene.context.env),
  );
}

/** Who is behind an address that programs are given; `what` names where it is written. */
async function judge(scene: Scene, what: string, value: string, fix: string): Promise<Finding> {
  const about = what;
  if (!URL.canParse(value)) return problem(`${what}: "${value}" is no address`, fix, { about });
  const url = new URL(value);
  const shown = url.host;
  if (!isLocal(value)) return fine(`${what} points at ${shown}: programs go past gw`, fix, { about });
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  if (port === ownPort(scene)) {
    if (scene.daemon.is === 'ok') return fine(`${what} points at gw`, undefined, { about });
    return warning(`${what} points at gw, which is not running`, 'gw start', { about });
  }
  const answer = await askPort(dialHost(hostOf(url)), port, ASK_MS);
  if (answer === undefined) {
    return problem(`${what} points at ${shown}, where nobody listens`, fix, { about });
  }
  const who = answer.isGw ? 'another gw (of another GW_HOME or user)' : 'a program that is not gw';
  return warning(`${what} points at ${shown}: ${who}`, fix, { about });
}

function isLocal(value: string): boolean {
  return URL.canParse(value) && isLoopback(hostOf(new URL(value)));
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function ownPort({ daemon, chosen }: Scene): number {
  if (daemon.is === 'ok') return splitAddress(daemon.value.status.address).port;
  return chosen.is === 'ok' ? chosen.value.settings.listen.port : 4499;
}

function baseUrl(scene: Scene, name: string): string {
  const path = VARIABLES.get(name) ?? '';
  return scene.daemon.is === 'ok'
    ? scene.daemon.value.status.address + path
    : `http://127.0.0.1:${ownPort(scene)}${path}`;
}

/** What programs on this machine are told about where to go. */
export const CALLER_CHECKS: CheckGroup = {
  title: 'Callers',
  checks: [environment, shellFiles, clientSettings],
};
