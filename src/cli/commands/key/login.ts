import { setTimeout as sleep } from 'node:timers/promises';

import { keyReferenceToJson } from '../../../config/index.ts';
import { keyLabel } from '../../../core/key-label.ts';
import type { KeyReference, OAuthSource, Provider } from '../../../core/profile.ts';
import { isObject, type JsonObject } from '../../../lib/expect.ts';
import { httpProxyRule } from '../../../lib/http-proxy.ts';
import { Secret } from '../../../lib/secret.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { type DeviceCode, type PostForm, signIn, type SignedIn } from '../../keys/device-flow.ts';
import { referenceTo, storeKey } from '../../keys/store.ts';
import { notifyDaemon } from '../../notify.ts';
import { changeProfile, loadKeysOf, objectAt, type OpenProfile, openProfile } from '../../profile-file.ts';
import { requireProvider } from '../../provider/lookup.ts';

export const command: Command = {
  arguments: [{ name: '<provider>', summary: 'whose; its auth says where: {"oauth": {"deviceUrl": …}}' }],
  options: [
    {
      flags: '--keychain',
      summary: "keep what you are given in this machine's keychain (unless you say otherwise)",
    },
    { flags: '--file', summary: 'keep it in a file that only you can read' },
  ],
  examples: ['gw key login work', 'gw key login work --file'],
  run: login,
};

/** Prints a page and a code, waits until somebody signed in there, and keeps what that left. */
async function login(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const provider = requireProvider(open, input.argument(0) ?? '');
  const oauth = requireDevice(provider, open.profile.name);
  if (input.flag('file') && input.flag('keychain')) {
    throw new CommandError('A key is kept in one place.', {
      why: '--file and --keychain each name another one',
      fix: `gw key login ${provider.name} --keychain`,
      exit: EXIT.usage,
    });
  }
  const references = oauth.clientSecret === undefined ? [] : [oauth.clientSecret];
  const keys = await loadKeysOf(context, references);
  const secret = oauth.clientSecret && keys.resolve(oauth.clientSecret)?.reveal();
  const signed = await signIn(oauth, secret, {
    post: poster(context),
    now: context.clock.now,
    sleep: (ms) => sleep(ms),
    show: (code) => show(context, provider.name, code),
  });
  const place = input.flag('file') ? 'file' : 'keychain';
  const reference = referenceTo(context, place, provider.name, 'login');
  await storeKey(context, reference, new Secret(signed.token), `gw key login ${provider.name} --file`);
  await write(context, open, provider.name, signed, reference);
  await notifyDaemon(context);
  const label = keyLabel(reference);
  if (context.json) return context.printJson({ provider: provider.name, kept: signed.is, key: label });
  context.say(terminalSafe(`You are signed in to ${provider.name}; what that left is in ${label}.`));
  context.say(`next: gw test-route, or ask ${provider.name} for something`);
}

function requireDevice({ name, oauth }: Provider, profile: string): OAuthSource {
  if (oauth?.deviceUrl !== undefined) return oauth;
  const auth = '{"oauth": {"deviceUrl": "https://…", "tokenUrl": "https://…", "clientId": "…"}}';
  throw new CommandError(`There is nowhere to sign in for ${name}.`, {
    why: 'its auth names no deviceUrl',
    fix: `gw config set profiles.${profile}.providers.${name}.auth '${auth}'`,
    exit: EXIT.usage,
  });
}

function show(context: Context, name: string, { page, code, wholePage }: DeviceCode): void {
  context.say(terminalSafe(`To sign in to ${name}, open ${page}`));
  context.say(`and enter the code  ${context.style.bold(terminalSafe(code))}`);
  if (wholePage !== undefined) context.say(terminalSafe(`or open ${wholePage}`));
  context.say('Waiting … (Ctrl-C stops)');
}

/** Asked in a process of its own and not of the daemon, which may not run yet. */
function poster({ env }: Pick<Context, 'env'>): PostForm {
  const proxyFor = httpProxyRule(env);
  return async (url, fields) => {
    const { askOnce } = await import('../../../proxy/index.ts');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return askOnce({ method: 'POST', url, headers, body: new URLSearchParams(fields).toString() }, proxyFor);
  };
}

async function write(
  context: Context,
  open: OpenProfile,
  name: string,
  signed: SignedIn,
  reference: KeyReference,
): Promise<void> {
  await changeProfile(context, open, ({ providers }) => {
    const auth = objectAt(providers, name)['auth'];
    const oauth: JsonObject = isObject(auth) && isObject(auth['oauth']) ? auth['oauth'] : {};
    delete oauth['refreshToken'];
    delete oauth['accessToken'];
    oauth[signed.is === 'refresh-token' ? 'refreshToken' : 'accessToken'] = keyReferenceToJson(reference);
  });
}
