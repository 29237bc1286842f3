import type { CallerFormatName, Operation } from '../../core/operation.ts';

/** What a path and method mean. `local` is answered by gw itself; `unknown` is a 404. */
export type Recognised =
  | {
      readonly is: 'operation';
      readonly operation: Operation;
      readonly format: CallerFormatName;
      readonly path: string;
    }
  | {
      readonly is: 'local';
      readonly answer: LocalAnswer;
      readonly format: CallerFormatName;
      readonly path: string;
    }
  | { readonly is: 'unknown'; readonly format: CallerFormatName; readonly path: string };

/** Requests that no provider sees. */
export type LocalAnswer = 'hello' | 'models' | 'model' | 'telemetry' | 'metrics';

interface PathRow {
  readonly operation: Operation;
  readonly format: CallerFormatName;
  /** Where providers have it, when that is elsewhere. */
  readonly path?: string;
}

/** Path below the version prefix → what it asks for, and in whose format. */
const PATHS: ReadonlyMap<string, PathRow> = new Map([
  ['/chat/completions', openai('chat')],
  ['/completions', openai('completions')],
  ['/embeddings', openai('embeddings')],
  ['/rerank', openai('rerank')],
  // Where Cohere's own libraries ask.
  ['/v2/rerank', { ...openai('rerank'), path: '/rerank' }],
  ['/moderations', openai('moderations')],
  ['/images/generations', openai('images.generate')],
  ['/images/edits', openai('images.edit')],
  ['/images/variations', openai('images.variation')],
  ['/audio/speech', openai('audio.speech')],
  ['/audio/transcriptions', openai('audio.transcribe')],
  ['/audio/translations', openai('audio.translate')],
  ['/responses', { operation: 'chat', format: 'openai-responses' }],
  ['/responses/compact', { operation: 'compact', format: 'openai-responses' }],
  ['/responses/input_tokens', { operation: 'count-tokens', format: 'openai-responses' }],
  ['/messages', { operation: 'chat', format: 'anthropic-messages' }],
  ['/messages/count_tokens', { operation: 'count-tokens', format: 'anthropic-messages' }],
]);

/** What stands after the colon of `/models/{model}:{method}`, as the Gemini API spells its methods. */
const GEMINI_METHODS: ReadonlyMap<string, Operation> = new Map([
  ['generateContent', 'chat'],
  ['streamGenerateContent', 'chat'],
  ['countTokens', 'count-tokens'],
  ['embedContent', 'embeddings'],
  ['batchEmbedContents', 'embeddings'],
]);

/**
 * A caller may not climb out of the provider's own prefix, with its key in hand. Servers differ in what ends a segment:
 * some take a backslash for a slash, some cut parameters off after a semicolon, some decode twice.
 */
const DOT_SEGMENT = /(?:^|[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:[/\\;]|%(?:25)*(?:2f|5c|3b)|$)/i;

/** Agents report their telemetry to the address they are given; it ends here. */
const TELEMETRY_PATHS = new Set(['/api/event_logging/batch', '/api/event_logging/v2/batch']);

/** What nearly every caller asks for, in the one spelling that needs no tidying. */
const DIRECT: ReadonlyMap<string, Recognised> = new Map(
  [...PATHS].map(([path, row]) => [`/v1${path}`, { is: 'operation', path, ...row }]),
);

/**
 * Reads a request line. Clients disagree about who adds the version, so it may be missing or doubled, and slashes may
 * be doubled or trail. `path` is the part below the version prefix, which is joined to the provider's own prefix.
 *
 * @param dialect The format the headers give away; decides where several formats share a path.
 */
export function recognise(method: string, url: string, dialect?: CallerFormatName): Recognised {
  const query = url.indexOf('?');
  const plain = query === -1 ? url : url.slice(0, query);
  const direct = method === 'POST' ? DIRECT.get(plain) : undefined;
  if (direct) return direct;
  const whole = plain.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  const format = dialect ?? (/^\/v1beta\d?\//.test(whole) ? 'gemini' : 'openai-chat');
  if (DOT_SEGMENT.test(whole)) return { is: 'unknown', format, path: whole };
  const path = whole.replace(/^(?:\/v1(?:beta\d?)?)+(?=\/|$)/, '') || '/';
  const local = recogniseLocal(method, whole, path);
  if (local) return { is: 'local', answer: local, format, path };
  const row = method === 'POST' ? (PATHS.get(path) ?? geminiMethod(path)) : undefined;
  if (row) return { is: 'operation', path, ...row };
  if (path !== whole && path !== '/' && !PATHS.has(path)) {
    return { is: 'operation', operation: 'other', format: formatOfOther(path, format), path };
  }
  return { is: 'unknown', format: PATHS.get(path)?.format ?? format, path: whole };
}

/** Vertex AI's paths name project and place first; gw's own providers decide where a request goes. */
const GEMINI_PATHS =
  /^\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/google\/)?(?:models|tunedModels)\//;

/** `/models/gemini-2.5-pro:generateContent`; names may have slashes and colons of their own. */
function geminiMethod(path: string): PathRow | undefined {
  if (!GEMINI_PATHS.test(path)) return undefined;
  const operation = GEMINI_METHODS.get(path.slice(path.lastIndexOf(':') + 1));
  return operation && { operation, format: 'gemini' };
}

function formatOfOther(path: string, format: CallerFormatName): CallerFormatName {
  if (path.startsWith('/responses/')) return 'openai-responses';
  return path.startsWith('/messages/') ? 'anthropic-messages' : format;
}

function recogniseLocal(method: string, whole: string, path: string): LocalAnswer | undefined {
  if (TELEMETRY_PATHS.has(whole)) return 'telemetry';
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (path === '/' || whole === '/api/hello') return 'hello';
  if (path === '/models') return 'models';
  if (whole === '/metrics') return 'metrics';
  return path.startsWith('/models/') ? 'model' : undefined;
}

function openai(operation: Operation): PathRow {
  return { operation, format: 'openai-chat' };
}
