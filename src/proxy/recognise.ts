import type { CallerFormatName, Operation } from '../core/operation.ts';

/** What a path and method mean. `local` is answered by gw itself; `unknown` is a 404. */
export type Recognised =
  | {
      readonly is: 'operation';
      readonly operation: Operation;
      readonly format: CallerFormatName;
      readonly path: string;
    }
  | { readonly is: 'local'; readonly answer: LocalAnswer; readonly path: string }
  | { readonly is: 'unknown'; readonly path: string };

/** Requests that no provider sees. */
export type LocalAnswer = 'hello' | 'models' | 'model' | 'telemetry';

/** Path below the version prefix → operation. */
const OPERATION_PATHS: Readonly<Record<string, Operation>> = {
  '/chat/completions': 'chat',
  '/completions': 'completions',
  '/embeddings': 'embeddings',
  '/moderations': 'moderations',
  '/images/generations': 'images.generate',
  '/images/edits': 'images.edit',
  '/images/variations': 'images.variation',
  '/audio/speech': 'audio.speech',
  '/audio/transcriptions': 'audio.transcribe',
  '/audio/translations': 'audio.translate',
};

/**
 * A caller may not climb out of the provider's own prefix, with its key in hand. Servers differ in what ends a segment:
 * some take a backslash for a slash, some cut parameters off after a semicolon, some decode twice.
 */
const DOT_SEGMENT = /(?:^|[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:[/\\;]|%(?:25)*(?:2f|5c|3b)|$)/i;

/** Agents report their telemetry to the address they are given; it ends here. */
const TELEMETRY_PATHS = new Set(['/api/event_logging/batch', '/api/event_logging/v2/batch']);

/** What nearly every caller asks for, in the one spelling that needs no tidying. */
const DIRECT: ReadonlyMap<string, Recognised> = new Map(
  Object.entries(OPERATION_PATHS).map(([path, operation]) => [
    `/v1${path}`,
    { is: 'operation', operation, format: 'openai-chat', path },
  ]),
);

/**
 * Reads a request line. Clients disagree about who adds `/v1`, so it may be missing or doubled, and slashes may be
 * doubled or trail. `path` is the part below the version prefix, which is joined to the provider's own prefix.
 */
export function recognise(method: string, url: string): Recognised {
  const query = url.indexOf('?');
  const plain = query === -1 ? url : url.slice(0, query);
  const direct = method === 'POST' ? DIRECT.get(plain) : undefined;
  if (direct) return direct;
  const whole = plain.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  if (DOT_SEGMENT.test(whole)) return { is: 'unknown', path: whole };
  const path = whole.replace(/^(\/v1)+(?=\/|$)/, '') || '/';
  const local = recogniseLocal(method, whole, path);
  if (local) return { is: 'local', answer: local, path };
  const operation = method === 'POST' ? OPERATION_PATHS[path] : undefined;
  if (operation) return { is: 'operation', operation, format: 'openai-chat', path };
  if (whole.startsWith('/v1/') && path !== '/' && OPERATION_PATHS[path] === undefined) {
    return { is: 'operation', operation: 'other', format: 'openai-chat', path };
  }
  return { is: 'unknown', path: whole };
}

function recogniseLocal(method: string, whole: string, path: string): LocalAnswer | undefined {
  if (TELEMETRY_PATHS.has(whole)) return 'telemetry';
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (path === '/' || whole === '/api/hello') return 'hello';
  if (path === '/models') return 'models';
  return path.startsWith('/models/') ? 'model' : undefined;
}
