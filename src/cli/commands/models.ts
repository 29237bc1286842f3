import { ratesAt } from '../../core/price.ts';
import type { Provider } from '../../core/profile.ts';
import { targetName } from '../../core/target.ts';
import { fuzzyFind } from '../../lib/fuzzy.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { type Collected, collectModels, type KnownModel } from '../models/collect.ts';
import { formatAbilities, formatPrice, formatTokens } from '../models/words.ts';
import { type OpenProfile, openProfile } from '../profile-file.ts';
import { requireProvider } from '../provider/lookup.ts';
import { wrap } from '../story/lines.ts';
import { formatTable } from '../table.ts';

/** Which models there are, what they can do and what they cost. */
export const command: Command = {
  arguments: [{ name: '[text]', summary: 'only those whose name is like it' }],
  options: [{ flags: '--provider <name>', summary: 'only those of this provider' }],
  examples: [
    'gw models',
    'gw models "gpt mini"',
    'gw models sonnet --provider openrouter',
    "gw models --json | jq -r '.models[] | select(.abilities.images) | .target'",
  ],
  run: listModels,
};

async function listModels(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const providers = providersAsked(open, input.text('provider'));
  const collected = await collectModels(context, open.profile, providers);
  const typed = input.argument(0) ?? '';
  const found = fuzzyFind(typed, collected.models, ({ model, provider }) => [model, `${provider}/${model}`]);
  if (context.json) {
    const now = context.clock.now();
    return context.printJson({
      models: found.map((model) => modelJson(model, now)),
      unlisted: collected.unlisted,
    });
  }
  if (found.length > 0) context.print(formatModels(context, found));
  for (const note of notes(collected, found.length, typed)) {
    for (const line of wrap(note, context.columns)) context.say(line);
  }
}

function providersAsked(open: OpenProfile, name: string | undefined): readonly Provider[] {
  if (name !== undefined) return [requireProvider(open, name)];
  const enabled = open.profile.providers.filter((provider) => provider.enabled);
  if (enabled.length > 0) return enabled;
  throw new CommandError('There is no provider whose models could be listed.', {
    why: open.profile.providers.length === 0 ? 'the profile has none yet' : 'all of them are off',
    fix: open.profile.providers.length === 0 ? 'gw init, or gw provider presets' : 'gw provider list',
    exit: EXIT.failed,
  });
}

// What the columns beside the name take when the abilities are cut short.
const OTHER_COLUMNS = 40;

function formatModels(context: Context, models: readonly KnownModel[]): string {
  const { style } = context;
  const now = context.clock.now();
  const columns = [
    // A name that is cut off cannot be copied, so the abilities give way first.
    { title: 'MODEL', shrinkTo: Math.max(20, Math.min(44, context.columns - OTHER_COLUMNS)) },
    { title: 'CONTEXT', align: 'right' as const },
    { title: 'ANSWER', align: 'right' as const },
    { title: 'PER MILLION', align: 'right' as const },
    { title: 'CAN', shrinkTo: 5 },
  ];
  const rows = models.map((known) => [
    { text: targetName(known), paint: style.bold },
    formatTokens(known.facts.context),
    formatTokens(known.facts.maxOutput),
    formatPrice(known.facts, now),
    formatAbilities(known.facts),
  ]);
  return formatTable(columns, rows, { width: context.columns, paintTitle: style.dim });
}

/** What a person should know about the list. */
function notes({ models, unlisted, isRunning }: Collected, shown: number, typed: string): string[] {
  const providers = new Set(models.map(({ provider }) => provider)).size;
  const count = `${models.length} model${models.length === 1 ? '' : 's'} of ${providers} provider${providers === 1 ? '' : 's'}`;
  const lines: string[] = [];
  if (shown > 0) lines.push('', typed === '' ? `${count}.` : `${shown} of ${count}.`);
  else if (models.length > 0) lines.push(`None of ${count} is like "${typed}".`);
  if (models.some(({ source }) => source === 'catalogue')) {
    lines.push(
      `Some are from gw's own catalogue, which may be older than what the provider has${isRunning ? '' : '; while gw runs, providers are asked'}.`,
    );
  }
  for (const name of unlisted) {
    const way = isRunning ? `gw provider test ${name}` : 'gw start, then gw models';
    lines.push(`The models of ${name} are not known: ${way}`);
  }
  return lines;
}

/** A model as `--json` shows it; null is what nobody says. */
function modelJson(known: KnownModel, now: number) {
  const { provider, model, source, facts } = known;
  const { context, maxInput, maxOutput, abilities = {}, price } = facts;
  return {
    target: targetName(known),
    provider,
    model,
    source,
    context: context ?? null,
    maxInput: maxInput ?? null,
    maxOutput: maxOutput ?? null,
    abilities: {
      tools: abilities.tools ?? null,
      images: abilities.images ?? null,
      audio: abilities.audio ?? null,
      video: abilities.video ?? null,
      pdf: abilities.pdf ?? null,
      reasoning: abilities.reasoning ?? null,
      structuredOutput: abilities.structuredOutput ?? null,
      temperature: abilities.temperature ?? null,
    },
    text: facts.noText !== true,
    deprecated: facts.deprecated === true,
    price: price === undefined ? null : { source: price.source, ...ratesAt(price.periods, now) },
  };
}
