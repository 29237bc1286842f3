import { type Fault, fault } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { KEPT_CHARACTERS } from '../arrival/headers.ts';
import type { Exchange } from '../exchange.ts';
import { refused } from '../reply.ts';
import type { Stage } from '../stage.ts';

/**
 * Names and sessions are kept in memory and in the request log, hundreds of them at a time; the longest known name has
 * about a hundred characters.
 */
const LONGEST_MODEL = 1024;

/** Reads the whole body once, and of it what routing needs. */
export const receive: Stage = (next) => async (exchange) => {
  const wrong = checkContent(exchange);
  if (wrong) return refused(wrong);
  const limit = exchange.fleet.profile.policy.bodyLimitBytes;
  const body = await readBody(exchange, limit);
  if (exchange.gone) return { is: 'gone' };
  if (body.is === 'failed') return refused(body.fault);
  exchange.body = body.value;
  exchange.trail.bytesIn = body.value.length;
  const { headers, operation, format, trail } = exchange;
  const envelope = format.readEnvelope(operation, headers.contentType, body.value, exchange.recognised.path);
  if (envelope.is === 'failed') return refused(envelope.fault);
  const { model, stream, session } = envelope.value;
  if (model.length > LONGEST_MODEL) {
    return refused(fault('bad_request', `"model" is ${model.length} characters long; no model's name is`));
  }
  exchange.envelope = envelope.value;
  trail.stream = stream;
  if (model !== '') trail.asked = model;
  if (session !== undefined && trail.client.session === undefined)
    trail.client = { ...trail.client, session: session.slice(0, KEPT_CHARACTERS) };
  return await next(exchange);
};

/** A form or a page without JSON can be sent by any web page without asking; the API never needs that. */
function checkContent({ operation, headers, trail }: Exchange): Fault | undefined {
  if (headers.contentEncoding !== undefined && headers.contentEncoding !== 'identity') {
    return fault(
      'unsupported_media',
      `the body is compressed (${headers.contentEncoding}); send it uncompressed`,
    );
  }
  const { body } = OPERATIONS[operation];
  const type = headers.contentType;
  if (body === 'json' && !type.startsWith('application/json')) {
    return fault('unsupported_media', `this path takes application/json, not "${type}"`);
  }
  if (
    body === 'multipart' &&
    !type.startsWith('multipart/form-data') &&
    !type.startsWith('application/json')
  ) {
    return fault('unsupported_media', `this path takes multipart/form-data, not "${type}"`);
  }
  const simple = type === '' || /^(text\/plain|application\/x-www-form-urlencoded)/.test(type);
  if (body === 'opaque' && trail.method === 'POST' && type !== '' && simple) {
    return fault('unsupported_media', `this path takes application/json, not "${type}"`);
  }
  return undefined;
}

const NOTHING = Buffer.alloc(0);

function readBody(exchange: Exchange, limit: number): Promise<Outcome<Buffer, Fault>> {
  const { request, headers } = exchange;
  const tooLarge = (): Outcome<Buffer, Fault> =>
    failed(fault('too_large', `the body is over the limit of ${limit} bytes (policy.bodyLimitBytes)`));
  if (headers.contentLength !== undefined && headers.contentLength > limit)
    return Promise.resolve(tooLarge());
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve(tooLarge());
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(ok(chunks.length === 1 && only ? only : Buffer.concat(chunks)));
    });
    // Nobody looks at the body of a caller that hung up while sending it.
    exchange.whenInterrupted(() => {
      if (exchange.gone) resolve(ok(NOTHING));
    });
  });
}
