import { isSigned } from '../../../core/auth.ts';
import type { Preset } from '../../../core/profile.ts';
import { fuzzyFind } from '../../../lib/fuzzy.ts';
import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { type Cell, formatTable } from '../../table.ts';

export const command: Command = {
  arguments: [{ name: '[text]', summary: 'only those whose name, title, address or models are like it' }],
  options: [{ flags: '--set', summary: 'only those whose key is in this environment' }],
  examples: [
    'gw provider presets',
    'gw provider presets moonshot',
    'gw provider presets claude',
    'gw provider presets --set',
    "gw provider presets --json | jq -r '.presets[].name'",
  ],
  run: listPresets,
};

async function listPresets(context: Context, input: Input): Promise<void> {
  const typed = input.argument(0) ?? '';
  const found = fuzzyFind(typed, PRESETS, ({ name, title, url, owns }) => [
    name,
    title,
    hostOf(url),
    ...owns.map((pattern) => pattern.replaceAll('*', '')),
  ]);
  const shown = input.flag('set') ? found.filter((preset) => variableSet(context, preset)) : found;
  if (context.json) {
    return context.printJson({ presets: shown.map((preset) => presetJson(context, preset)) });
  }
  if (shown.length === 0) throw nothingFound(typed, input.flag('set'));
  context.print(formatPresets(context, shown));
  context.say(`\n${shown.length} of ${PRESETS.length}. To use one: gw provider add NAME`);
}

/** A preset as `--json` shows it. */
function presetJson(context: Context, preset: Preset) {
  const { alsoSpeaks } = preset;
  const { name, title, url, format, auth, env, quirks, owns, model, keysPage, docsPage, local } = preset;
  return {
    name,
    title,
    url,
    format,
    alsoSpeaks,
    auth,
    env,
    key: local ? 'none' : variableSet(context, preset) === undefined ? 'missing' : 'set',
    local,
    quirks,
    owns,
    model: model ?? null,
    keysPage: keysPage ?? null,
    docsPage: docsPage ?? null,
    found: preset.onRequest !== true,
  };
}

function formatPresets(context: Context, presets: readonly Preset[]): string {
  const { style } = context;
  const columns = [
    { title: 'NAME' },
    { title: 'PROVIDER', shrinkTo: 10 },
    { title: 'ADDRESS', shrinkTo: 12 },
    { title: 'KEY', shrinkTo: 16 },
  ];
  const rows = presets.map((preset): Cell[] => [
    { text: preset.name, paint: style.bold },
    preset.title,
    preset.url,
    keyCell(context, preset),
  ]);
  return formatTable(columns, rows, { width: context.columns, paintTitle: style.dim });
}

function keyCell(context: Context, preset: Preset): Cell {
  const { style } = context;
  if (preset.local) return { text: 'none: on this machine', paint: style.dim };
  const set = variableSet(context, preset);
  if (set !== undefined) return { text: `${set} is set`, paint: style.green };
  if (isSigned(preset.auth)) return { text: `${preset.auth} credentials`, paint: style.dim };
  return { text: preset.env[0] ?? 'pass --key', paint: style.dim };
}

function variableSet({ env }: Context, preset: Preset): string | undefined {
  return preset.env.find((name) => env[name]?.trim());
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function nothingFound(typed: string, set: boolean): CommandError {
  return new CommandError(
    typed === ''
      ? 'No key of a provider gw knows is set here.'
      : `gw knows no provider like that${set ? ' whose key is set here' : ''}.`,
    {
      why: `it knows ${PRESETS.length}, which is not all there are`,
      fix:
        typed === ''
          ? 'gw provider presets'
          : 'gw provider add NAME --url https://api.example.com/v1 --key env:NAME_API_KEY',
      exit: EXIT.failed,
    },
  );
}
