import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { loadProviderKeys, type OpenProfile, openProfile } from '../../profile-file.ts';
import { CHECK_TIMEOUT_MS, checkProvider } from '../../provider/check.ts';
import { requireProvider, subjectsOf } from '../../provider/lookup.ts';
import { checkJson, formatChecks } from '../../provider/report.ts';
import { signersIn } from '../../provider/signing.ts';
import type { Check } from '../../provider/subject.ts';

export const command: Command = {
  arguments: [{ name: '[name...]', summary: 'providers to test; all that are enabled when none is named' }],
  options: [
    { flags: '--send', summary: 'also send one very short chat request (costs a fraction of a cent)' },
    { flags: '--model <name>', summary: 'the model to send it to' },
  ],
  examples: [
    'gw provider test',
    'gw provider test groq --send',
    'gw provider test openai --send --model gpt-4o-mini',
  ],
  run: testProviders,
};

/** Calls each provider with each of its keys, all at once, and says what came back. */
async function testProviders(context: Context, input: Input): Promise<number> {
  const open = openProfile(context);
  const checks = await checkAll(context, open, input);
  if (context.json) context.printJson({ checks: checks.map(checkJson) });
  else context.print(formatChecks(context, checks));
  return checks.every(({ result }) => result.is === 'ok') ? EXIT.ok : EXIT.failed;
}

async function checkAll(context: Context, open: OpenProfile, input: Input): Promise<Check[]> {
  const model = input.text('model');
  const send = input.flag('send') || model !== undefined;
  const providers = chosen(open, input.arguments(0));
  const keys = await loadProviderKeys(context, providers);
  const subjects = providers.flatMap((provider) => subjectsOf(provider, PRESETS, keys));
  const { clock, env } = context;
  const options = {
    clock,
    env,
    timeoutMs: CHECK_TIMEOUT_MS,
    send,
    model,
    signerFor: signersIn(context, keys),
  };
  return Promise.all(subjects.map((subject) => checkProvider(subject, options)));
}

function chosen(open: OpenProfile, names: readonly string[]) {
  if (names.length > 0) return [...new Set(names)].map((name) => requireProvider(open, name));
  const enabled = open.profile.providers.filter((provider) => provider.enabled);
  if (enabled.length > 0) return enabled;
  throw new CommandError('There is no provider to test.', {
    why: open.profile.providers.length === 0 ? 'the profile has none yet' : 'all of them are disabled',
    fix: open.profile.providers.length === 0 ? 'gw init' : 'gw provider enable NAME',
  });
}
