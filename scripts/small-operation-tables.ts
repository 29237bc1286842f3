import { FORMAT_NAMES, type FormatName, type Operation } from '../src/core/operation.ts';
import { directTranslation, whyUntranslated } from '../src/formats/index.ts';
import { keysOf } from '../src/lib/expect.ts';
import { inCode, table } from './markdown.ts';

/** What is asked beside conversations, where callers ask for it, and in whose format. */
const ASKED = [
  ['embeddings', '/v1/embeddings', 'openai-chat'],
  ['embeddings', ':embedContent', 'gemini'],
  ['rerank', '/v1/rerank', 'openai-chat'],
  ['completions', '/v1/completions', 'openai-chat'],
  ['moderations', '/v1/moderations', 'openai-chat'],
  ['images.generate', '/v1/images/generations', 'openai-chat'],
  ['images.edit', '/v1/images/edits', 'openai-chat'],
  ['images.variation', '/v1/images/variations', 'openai-chat'],
  ['audio.speech', '/v1/audio/speech', 'openai-chat'],
  ['audio.transcribe', '/v1/audio/transcriptions', 'openai-chat'],
  ['audio.translate', '/v1/audio/translations', 'openai-chat'],
] as const;

const PROVIDERS = keysOf(FORMAT_NAMES).filter((provider) =>
  ASKED.some(([operation, , caller]) => cell(operation, caller, provider) !== ''),
);

/** For each small operation, which provider's formats take it. */
export function renderSmallOperations(): string {
  const rows = ASKED.map(([operation, path, caller]) => [
    inCode(path),
    ...PROVIDERS.map((provider) => cell(operation, caller, provider)),
    // Anthropic has none of them, so all reasons are good for it.
    whyUntranslated(operation, 'anthropic-messages').replace(/^.*?, and /, ''),
  ]);
  return table(['asked at', ...PROVIDERS.map(inCode), 'why no others'], rows);
}

function cell(operation: Operation, caller: 'openai-chat' | 'gemini', provider: FormatName): string {
  if (provider === caller) return 'as it is';
  return directTranslation(operation, caller, provider) ? 'translated' : '';
}
