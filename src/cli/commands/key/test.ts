import { referencesOf } from '../../../core/auth.ts';
import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { loadProviderKeys, type OpenProfile, openProfile } from '../../profile-file.ts';
import { CHECK_TIMEOUT_MS, checkProvider } from '../../provider/check.ts';
import { requireProvider, subjectsOf } from '../../provider/lookup.ts';
import { checkJson, formatChecks } from '../../provider/report.ts';
import { signersIn } from '../../provider/signing.ts';

export const command: Command = {
  arguments: [{ name: '[provider...]', summary: 'whose keys; of all that are enabled when none is named' }],
  options: [
    { flags: '--send', summary: 'also send one very short chat request (costs a fraction of a cent)' },
  ],
  examples: ['gw key test', 'gw key test openai groq', 'gw key test openai --send'],
  run: testKeys,
};

/** Shows each key to its provider, where that costs nothing: at its list of models. */
async function testKeys(context: Context, input: Input): Promise<number> {
  const open = openProfile(context);
  const providers = chosen(open, input.arguments(0));
  const keys = await loadProviderKeys(context, providers);
  const subjects = providers.flatMap((provider) => subjectsOf(provider, PRESETS, keys));
  const { clock, env } = context;
  const signerFor = signersIn(context, keys);
  const options = { clock, env, timeoutMs: CHECK_TIMEOUT_MS, send: input.flag('send'), signerFor };
  const checks = await Promise.all(subjects.map((subject) => checkProvider(subject, options)));
  if (context.json) context.printJson({ checks: checks.map(checkJson) });
  else context.print(formatChecks(context, checks));
  return checks.every(({ result }) => result.is === 'ok') ? EXIT.ok : EXIT.failed;
}

function chosen(open: OpenProfile, names: readonly string[]) {
  if (names.length > 0) return [...new Set(names)].map((name) => requireProvider(open, name));
  const found = open.profile.providers.filter(
    (provider) => provider.enabled && referencesOf(provider).length > 0,
  );
  if (found.length > 0) return found;
  throw new CommandError('There is no key to test.', {
    why: 'no enabled provider of the profile has one',
    fix: 'gw key set PROVIDER, or gw init',
  });
}
