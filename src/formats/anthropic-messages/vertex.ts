import { wantedKeys } from '../../lib/json-scan.ts';
import { applySplices, type Splice } from '../../lib/splice.ts';
import { RequestFields } from '../hub/request-fields.ts';

/** What Claude on Vertex AI wants in the body instead of the header (docs: build-with-claude/claude-on-vertex-ai). */
export const VERTEX_VERSION = 'vertex-2023-10-16';

const WANTED = wantedKeys(['model', 'anthropic_version', 'max_tokens']);

/**
 * The request as Vertex AI takes it: the model stands in the address and the version in the body. A question for the
 * number of tokens has one address for all models, and keeps its model; it is told by having no `max_tokens`, which
 * every other request must have.
 */
export function vertexBody(body: Buffer, model: string): Buffer {
  const fields = new RequestFields(body, WANTED);
  const at = fields.span('model');
  const version = fields.span('anthropic_version');
  const isCount = fields.span('max_tokens') === undefined;
  const splices: Splice[] = [];
  if (version) splices.push({ start: version.start, end: version.end, text: `"${VERTEX_VERSION}"` });
  if (isCount && at) splices.push({ start: at.start, end: at.end, text: JSON.stringify(model) });
  if (!isCount && at && !version) splices.push({ start: at.key, end: at.end, text: VERSION_FIELD });
  else if (!version) splices.push(insertion(body));
  if (!isCount && at && version) splices.push(...fields.removals('model'));
  return applySplices(body, splices);
}

/**
 * The path for a model on Vertex AI, below `…/publishers/anthropic`. Versions follow an `@` there
 * (`claude-sonnet-4@20250514`), which stays readable.
 */
export function vertexPath(operation: 'count' | 'whole' | 'stream', model: string): string {
  if (operation === 'count') return '/models/count-tokens:rawPredict';
  const name = encodeURIComponent(model).replaceAll('%40', '@');
  return `/models/${name}:${operation === 'stream' ? 'streamRawPredict' : 'rawPredict'}`;
}

const VERSION_FIELD = `"anthropic_version":"${VERTEX_VERSION}"`;

function insertion(body: Buffer): Splice {
  const start = body.indexOf(0x7b) + 1;
  const isEmpty = /^\s*\}/.test(body.toString('latin1', start, start + 16));
  return { start, end: start, text: isEmpty ? VERSION_FIELD : `${VERSION_FIELD},` };
}
