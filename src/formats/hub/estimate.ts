import type { Conversation, MediaPart, Part, Tool } from '../../core/conversation.ts';

// Read off recorded requests whose providers told their count, by least squares: the figures of OpenAI, Google and
// Anthropic lie on both sides of these. Tokenizers differ by a fifth from vendor to vendor, so nothing finer is worth it.

/** Characters of a token in running text, in a call's arguments, and in a schema, of which much is told in fewer words. */
const TEXT_CHARACTERS = 4.2;
const ARGUMENT_CHARACTERS = 3.5;
const SCHEMA_CHARACTERS = 4;
/** Scripts of which a character is about a token: Thai, Chinese, Japanese, Korean, and emoji. */
const DENSE =
  /[\u0e00-\u0e7f\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\ufe30-\uffef]|[\ud800-\udbff][\udc00-\udfff]/g;
/** What marks a turn, a call or a result, and the definition of a tool. */
const TURN_TOKENS = 6;
const CALL_TOKENS = 10;
const TOOL_TOKENS = 20;
/** The instructions that come with the first tool. */
const TOOLS_TOKENS = 100;
/** A picture of usual size (docs of Anthropic: width × height / 750, scaled down to 1568 tokens at most). */
const IMAGE_TOKENS = 1300;
/** A page of a PDF, and the bytes of one (docs of Anthropic: 1,500 to 3,000 tokens per page). */
const PAGE_TOKENS = 2000;
const PAGE_BYTES = 60_000;
/** Sound: 32 tokens a second (docs of Google), of 16,000 bytes a second. */
const SOUND_BYTES = 500;

/** About how many tokens a request has, where no provider can say. Deterministic, and linear in the request's size. */
export function estimateTokens({ turns, tools, output }: Conversation): number {
  const said = turns.reduce((total, { parts }) => total + TURN_TOKENS + sum(parts, partTokens), 0);
  const offered = tools.length === 0 ? 0 : TOOLS_TOKENS + sum(tools, toolTokens);
  const shape = output?.kind === 'schema' ? schemaTokens(output.schema) : 0;
  return Math.max(1, Math.round(said + offered + shape));
}

function partTokens(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return textTokens(part.text);
    case 'call':
      return CALL_TOKENS + textTokens(part.name) + count(part.arguments, ARGUMENT_CHARACTERS);
    case 'result':
      return CALL_TOKENS + sum(part.content, partTokens);
    case 'media':
      return mediaTokens(part);
  }
}

function toolTokens({ name, description, schema }: Tool): number {
  return TOOL_TOKENS + textTokens(name) + textTokens(description ?? '') + schemaTokens(schema ?? '');
}

function mediaTokens({ media, source }: MediaPart): number {
  if (source.is === 'text') return textTokens(source.text);
  if (media === 'image') return IMAGE_TOKENS;
  const bytes = source.is === 'base64' ? source.data.length * 0.75 : 0;
  if (media === 'file') return PAGE_TOKENS * Math.max(1, Math.round(bytes / PAGE_BYTES));
  return Math.max(IMAGE_TOKENS, bytes / SOUND_BYTES);
}

function textTokens(text: string): number {
  return count(text, TEXT_CHARACTERS);
}

function schemaTokens(text: string): number {
  return count(text, SCHEMA_CHARACTERS);
}

function count(text: string, characters: number): number {
  const dense = text.match(DENSE)?.length ?? 0;
  return dense + (text.length - dense) / characters;
}

function sum<T>(items: readonly T[], tokens: (item: T) => number): number {
  return items.reduce((total, item) => total + tokens(item), 0);
}
