import type { HeaderList } from '../../core/capture.ts';
import type { CallerFormatName } from '../../core/operation.ts';
import type { Trail } from '../../core/trail.ts';

/** A request as it was captured: its headers, and its body when that is text and was kept whole. */
export interface AskedRequest {
  /** With its query. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: string;
}

// A terminal takes no longer text into its clipboard, and nobody reads on.
const LONGEST_BODY = 48 * 1024;
/** What says how an API is meant, or what gw is asked for; credentials are not among it. */
const MEANT = /^(?:anthropic-(?:version|beta)|openai-beta|x-gw-(?:route|targets|timeout))$/i;
// What a captured header has in the place of a credential.
const HIDDEN = /\[secret/;

/**
 * The command that asks gw again in the same way, a piece per line: with what was said when it was captured, else with
 * the least that its format takes. No key is in it: gw needs none of the caller's, or a token that only its owner knows.
 */
export function curlCommand(trail: Trail, address: string, asked?: AskedRequest): readonly string[] {
  const options = [
    ...(trail.method === 'POST' ? [] : [`-X ${quoted(trail.method)}`]),
    ...headersOf(trail, asked).map((header) => `-H ${quoted(header)}`),
    ...bodyOf(trail, asked),
  ];
  return [
    ...(asked === undefined
      ? ['# What was said is not recorded: put your own words in place of Hello.']
      : []),
    ...(isLong(asked)
      ? [`# First: gw why ${trail.id} --body --json | jq -j .captured.request.text > body.json`]
      : []),
    `curl -i${trail.stream ? 'N' : ''} ${quoted(address + (asked?.url ?? trail.path))} \\`,
    ...options.map((option, index) => `  ${option}${index === options.length - 1 ? '' : ' \\'}`),
  ];
}

function headersOf(trail: Trail, asked: AskedRequest | undefined): readonly string[] {
  const kept = (asked?.headers ?? []).filter(([name, value]) => MEANT.test(name) && !HIDDEN.test(value));
  const own = kept.length > 0 ? kept : (FORMAT_HEADERS[trail.format] ?? []);
  const routed = kept.some(([name]) => /^x-gw-(?:route|targets)$/i.test(name));
  return [
    'content-type: application/json',
    ...own.map(([name, value]) => `${name}: ${value}`),
    ...(trail.route === undefined || routed ? [] : [`x-gw-route: ${trail.route}`]),
  ];
}

function bodyOf(trail: Trail, asked: AskedRequest | undefined): readonly string[] {
  if (asked === undefined) {
    const model = trail.asked === undefined || trail.format === 'gemini' ? {} : { model: trail.asked };
    // Gemini streams by its path.
    const streamed = trail.stream && trail.format !== 'gemini' ? { stream: true } : {};
    return [`-d ${quoted(JSON.stringify({ ...model, ...QUESTIONS[kindOf(trail)], ...streamed }))}`];
  }
  if (asked.body === '') return [];
  return [`--data-binary ${isLong(asked) ? '@body.json' : quoted(asked.body)}`];
}

function isLong(asked: AskedRequest | undefined): boolean {
  return asked !== undefined && asked.body.length > LONGEST_BODY;
}

// Without it the API refuses (https://docs.anthropic.com/en/api/versioning).
const FORMAT_HEADERS: Readonly<Partial<Record<CallerFormatName, HeaderList>>> = {
  'anthropic-messages': [['anthropic-version', '2023-06-01']],
};

const QUESTIONS = {
  messages: { messages: [{ role: 'user', content: 'Hello' }] },
  anthropic: { max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  input: { input: 'Hello' },
  prompt: { prompt: 'Hello' },
  query: { query: 'Hello', documents: ['Hello', 'Goodbye'] },
} as const;

function kindOf({ format, operation }: Trail): keyof typeof QUESTIONS {
  if (operation === 'embeddings' || operation === 'moderations')
    return format === 'gemini' ? 'gemini' : 'input';
  if (operation === 'rerank') return 'query';
  if (format === 'anthropic-messages') return 'anthropic';
  if (format === 'gemini') return 'gemini';
  if (format === 'openai-responses') return 'input';
  return operation === 'chat' ? 'messages' : 'prompt';
}

/** For a POSIX shell: everything between single quotes is itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
