import type { Provider } from '../../core/profile.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Context } from '../context.ts';
import { changeProfile, loadProviderKeys, objectAt, type OpenProfile } from '../profile-file.ts';
import { CHECK_TIMEOUT_MS, checkProvider } from './check.ts';
import { subjectsOf } from './lookup.ts';
import { signersIn } from './signing.ts';
import type { Check } from './subject.ts';

/** Checks a provider with each of its keys. */
export async function tryProvider(context: Context, provider: Provider): Promise<Check[]> {
  const keys = await loadProviderKeys(context, [provider]);
  const { clock, env } = context;
  const options = {
    clock,
    env,
    timeoutMs: CHECK_TIMEOUT_MS,
    send: false,
    signerFor: signersIn(context, keys),
  };
  return Promise.all(subjectsOf(provider, PRESETS, keys).map((subject) => checkProvider(subject, options)));
}

/**
 * For an address that was given without a path: `/v1` was added because nearly all servers want it, and is taken away
 * again when this one answers only without.
 */
export async function settleAddress(
  context: Context,
  open: OpenProfile,
  provider: Provider,
): Promise<Provider> {
  if (!(await tryProvider(context, provider)).every(isMissing)) return provider;
  const bare = { ...provider, url: new URL(provider.url).origin };
  if (!(await tryProvider(context, bare)).every(({ result }) => result.is === 'ok')) return provider;
  await changeProfile(context, open, ({ providers }) => {
    objectAt(providers, provider.name)['url'] = bare.url;
  });
  context.say(`note: It answers without /v1 only, so the address is ${bare.url}`);
  return bare;
}

function isMissing({ result }: Check): boolean {
  return result.is === 'failed' && result.status === 404;
}
