import { type Loss, LOSSES } from '../src/core/conversation.ts';
import type { CallerFormat, Format } from '../src/core/format.ts';
import { FORMAT_NAMES, type FormatName } from '../src/core/operation.ts';
import type { Preset } from '../src/core/profile.ts';
import { CALLER_FORMATS, FORMATS } from '../src/formats/index.ts';
import { isKeyOf, keysOf } from '../src/lib/expect.ts';
import { PRESETS } from '../src/providers/index.ts';
import { FORMAT_SAMPLES } from './format-samples.ts';
import type { Sample } from './format-samples/sample.ts';
import { inCode, table } from './markdown.ts';

const SPOKEN: Readonly<Partial<Record<FormatName, Format>>> = FORMATS;
const ALL = keysOf(FORMAT_NAMES).filter((name) => SPOKEN[name] !== undefined);

/** What each format is called by its vendor, and which model of it the tables are made for. */
const FACTS: Readonly<Record<FormatName, { readonly title: string; readonly model: string }>> = {
  'openai-chat': { title: 'OpenAI Chat Completions, and what nearly every host speaks', model: 'gpt-5.4' },
  'openai-responses': { title: 'OpenAI Responses', model: 'gpt-5.4' },
  'anthropic-messages': { title: 'Anthropic Messages', model: 'claude-sonnet-4-5' },
  gemini: { title: 'Google Gemini (`generateContent`)', model: 'gemini-2.5-flash' },
  'bedrock-converse': {
    title: 'Amazon Bedrock Converse',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  },
  'cohere-chat': { title: 'Cohere v2 Chat', model: 'command-a-03-2025' },
  'ollama-chat': { title: "Ollama's own `/api/chat`", model: 'llama3.2' },
};

/** Which formats there are, who may speak them, and who is known to. */
export function renderFormats(): string {
  const rows = ALL.map((name) => [
    inCode(name),
    FACTS[name].title,
    isKeyOf(CALLER_FORMATS, name) ? 'yes' : '',
    SPOKEN[name]?.toProvider ? 'yes' : 'for its own callers',
    PRESETS.filter((preset) => speaks(preset, name) && name !== 'openai-chat')
      .map((preset) => inCode(preset.name))
      .join(', ') || (name === 'openai-chat' ? 'all the others' : ''),
  ]);
  return table(['format', 'what it is', 'callers', 'providers', 'presets'], rows);
}

function speaks({ format, alsoSpeaks }: Preset, name: FormatName): boolean {
  return format === name || alsoSpeaks.includes(name);
}

/** Every loss by the name that headers and `--json` have for it. */
export function renderLosses(): string {
  const rows = Object.entries(LOSSES).map(([code, words]) => [inCode(code), words]);
  return table(
    ['loss', 'what could not be told'],
    [...rows, ['`field:…`', 'a field of the request that gw has no word for, by its own name']],
  );
}

/** For each caller's format, what of it gets lost in which provider's. */
export function renderLost(): string {
  const models = ALL.map((name) => `${inCode(FACTS[name].model)} of ${inCode(name)}`);
  const made = `Made for ${models.join(', ')}; other models may take more or less.`;
  return [made, ...keysOf(CALLER_FORMATS).map(renderCaller)].join('\n\n');
}

function renderCaller(name: keyof typeof CALLER_FORMATS): string {
  const others = ALL.filter((other) => other !== name && SPOKEN[other]?.toProvider !== undefined);
  const rows = FORMAT_SAMPLES[name].samples.map((sample) => [
    sample.what,
    ...others.map((other) => cell(lossesOf(CALLER_FORMATS[name], sample, other))),
  ]);
  return `### A caller of ${inCode(name)}\n\n${table(['', ...others.map(inCode)], rows)}`;
}

function cell(losses: readonly Loss[] | undefined): string {
  if (losses === undefined) return 'not sent';
  return losses.length === 0 ? '✓' : losses.map(inCode).join(' ');
}

/** What is lost when a plain request with one thing more goes to another format; undefined: it cannot go there. */
function lossesOf(caller: CallerFormat, { body }: Sample, other: FormatName): readonly Loss[] | undefined {
  const { plain } = FORMAT_SAMPLES[caller.name];
  const read = caller.toCaller?.decodeRequest(Buffer.from(JSON.stringify({ ...plain, ...body })), {
    model: 'm',
    stream: true,
    recall: () => undefined,
  });
  if (read?.is !== 'ok') return undefined;
  const encoded = SPOKEN[other]?.toProvider?.encodeRequest(read.value, {
    provider: 'another',
    model: FACTS[other].model,
    quirks: [],
    maxOutput: undefined,
  });
  return [...new Set([...read.value.losses, ...(encoded?.losses ?? [])])].sort();
}
