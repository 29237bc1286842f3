import type { Trail } from '../../core/trail.ts';

/**
 * The command that asks gw again in the same way, a piece per line. No key is in it: gw needs none of the caller's, or
 * a token that only its owner knows.
 */
export function curlCommand(trail: Trail, address: string): readonly string[] {
  const body = { ...(trail.asked === undefined ? {} : { model: trail.asked }), ...QUESTIONS[kindOf(trail)] };
  const streamed = trail.stream ? { stream: true } : {};
  return [
    '# What was said is not recorded: put your own words in place of Hello.',
    `curl -i${trail.stream ? 'N' : ''} ${quoted(`${address}${trail.path}`)} \\`,
    ...(trail.method === 'POST' ? [] : [`  -X ${quoted(trail.method)} \\`]),
    `  -H 'content-type: application/json' \\`,
    ...(trail.route === undefined ? [] : [`  -H ${quoted(`x-gw-route: ${trail.route}`)} \\`]),
    `  -d ${quoted(JSON.stringify({ ...body, ...streamed }))}`,
  ];
}

const QUESTIONS = {
  messages: { messages: [{ role: 'user', content: 'Hello' }] },
  anthropic: { max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  input: { input: 'Hello' },
  prompt: { prompt: 'Hello' },
  query: { query: 'Hello', documents: ['Hello', 'Goodbye'] },
} as const;

function kindOf({ format, operation }: Trail): keyof typeof QUESTIONS {
  if (format === 'anthropic-messages') return 'anthropic';
  if (format === 'gemini') return 'gemini';
  if (format === 'openai-responses') return 'input';
  if (operation === 'chat') return 'messages';
  if (operation === 'rerank') return 'query';
  return operation === 'embeddings' || operation === 'moderations' ? 'input' : 'prompt';
}

/** For a POSIX shell: everything between single quotes is itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
