import type { Quirk } from '../../core/profile.ts';

/** What a path of the Gemini API says: `/models/{model}:{method}?{query}`. */
export interface GeminiPath {
  /** Without `models/`; a tuned model keeps its `tunedModels/`. */
  readonly model: string;
  readonly method: string;
  readonly query: string;
}

const STREAM_METHOD = 'streamGenerateContent';

/** What stands before `models/` is Vertex AI's: `/projects/{project}/locations/{place}/publishers/google`. */
const COLLECTION = /(?:^|\/)(models|tunedModels)\//;
const METHOD = /^[A-Za-z]+$/;
/** Names that say themselves where they stand. */
const OTHER_COLLECTIONS = /^(?:tunedModels|publishers|projects)\//;

/** Credentials that Google's clients may put into the query; gw's own token is no business of the provider's. */
const SECRET_PARAMETERS = new Set(['key', 'access_token', 'oauth_token']);

/**
 * Reads a path below the version prefix; undefined when it names no model and method. Models may have slashes and colons
 * of their own, so the last colon counts.
 */
export function readPath(path: string): GeminiPath | undefined {
  const mark = path.indexOf('?');
  const plain = mark === -1 ? path : path.slice(0, mark);
  const colon = plain.lastIndexOf(':');
  const found = COLLECTION.exec(plain);
  const method = plain.slice(colon + 1);
  if (!found || colon === -1 || !METHOD.test(method)) return undefined;
  const spelled = plain.slice(found.index + found[0].length, colon);
  if (spelled === '') return undefined;
  const name = decode(spelled).replace(/^(?:models\/)+/, '');
  const model = found[1] === 'tunedModels' ? `tunedModels/${name}` : name;
  return { model, method, query: mark === -1 ? '' : path.slice(mark + 1) };
}

/** Whether the path asks for a stream. */
export function isStream({ method }: GeminiPath): boolean {
  return method === STREAM_METHOD;
}

/**
 * Whether the caller of this path wants its stream as one JSON array: Google streams so unless `alt=sse` is asked for
 * (https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent).
 */
export function wantsArray(path: string): boolean {
  const read = readPath(path);
  return read !== undefined && isStream(read) && !altOf(read.query).startsWith('sse');
}

/** The path of one of a model's methods, below the provider's base address. */
export function writePath(model: string, method: string, quirks: readonly Quirk[]): string {
  const name = encodeName(model.replace(/^(?:models\/)+/, ''));
  if (OTHER_COLLECTIONS.test(name)) return `/${name}:${method}`;
  const place = quirks.includes('vertex-dialect') ? '/publishers/google/models' : '/models';
  return `${place}/${name}:${method}`;
}

/** A model's name as bodies spell it. */
export function resourceName(model: string): string {
  const name = model.replace(/^(?:models\/)+/, '');
  return OTHER_COLLECTIONS.test(name) ? name : `models/${name}`;
}

/** The path that asks for an answer, streamed or whole. */
export function chatPath(model: string, stream: boolean, quirks: readonly Quirk[]): string {
  return stream
    ? `${writePath(model, STREAM_METHOD, quirks)}?alt=sse`
    : writePath(model, 'generateContent', quirks);
}

/** The caller's path for another model, without credentials, and with every stream as server-sent events. */
export function retarget(path: string, model: string, quirks: readonly Quirk[]): string {
  const read = readPath(path);
  if (!read) return path;
  const query = isStream(read) ? streamQuery(read.query) : publicParameters(read.query).join('&');
  return `${writePath(model, read.method, quirks)}${query === '' ? '' : `?${query}`}`;
}

/** A name may come from a caller's body: one that climbs (`..`) must not leave the models. */
function encodeName(model: string): string {
  const segments = model.toWellFormed().split('/');
  return segments
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
    .map(encodeURIComponent)
    .join('/');
}

/** Google's system parameter `$alt` may say how enums are spelled: `json;enum-encoding=int`. */
function streamQuery(query: string): string {
  const rest = publicParameters(query).filter((parameter) => !isAlt(nameOf(parameter)));
  const manner = /;.*$/.exec(altOf(query))?.[0];
  const alt = manner === undefined ? 'alt=sse' : `%24alt=${encodeURIComponent(`sse${manner}`)}`;
  return [...rest, alt].join('&');
}

function publicParameters(query: string): string[] {
  return query
    .split('&')
    .filter((parameter) => parameter !== '' && !SECRET_PARAMETERS.has(nameOf(parameter)));
}

function altOf(query: string): string {
  const found = query.split('&').find((parameter) => isAlt(nameOf(parameter)));
  return found === undefined ? '' : decode(found.slice(found.indexOf('=') + 1));
}

function isAlt(name: string): boolean {
  return name === 'alt' || name === '$alt';
}

function nameOf(parameter: string): string {
  return decode(parameter.split('=', 1)[0] ?? '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
