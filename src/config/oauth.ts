import type { KeyReference, OAuthSource } from '../core/profile.ts';
import { isObject, type JsonObject, keysOf } from '../lib/expect.ts';
import { readKeyReference } from './key-reference.ts';
import { looksLikeKey } from './pasted-key.ts';
import { AUTH_NAMES } from './provider-tables.ts';
import { type Kind, type ObjectReader, oneOf, text } from './reader.ts';

/** Tokens and secrets go there, so it is https, or this machine itself. */
const endpoint: Kind<string> = {
  expected: 'an https address (http on this machine only) without credentials',
  read(value) {
    const url = typeof value === 'string' && !looksLikeKey(value) ? URL.parse(value) : null;
    if (!url || url.username || url.password || url.hash) return undefined;
    const isHere = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
    return url.protocol === 'https:' || (url.protocol === 'http:' && isHere) ? url.href : undefined;
  },
};

/** Reads `"auth": {"oauth": {…}}`; undefined where the scheme is named by a word, or (reported) something is wrong. */
export function readOAuth(provider: ObjectReader): OAuthSource | undefined {
  if (!isObject(provider.value('auth'))) return undefined;
  const auth = provider.object('auth');
  const reader = auth?.object('oauth');
  auth?.finish();
  if (!reader) {
    if (auth?.value('oauth') === undefined) {
      provider.problem(provider.below('auth'), 'this does not say how the provider knows who asks', {
        expected: `one of ${AUTH_NAMES.join(', ')}; or {"oauth": {…}}`,
      });
    }
    return undefined;
  }
  const tokenUrl = reader.optional('tokenUrl', endpoint);
  const clientId = reader.optional('clientId', text);
  const scope = reader.optional('scope', text);
  const audience = reader.optional('audience', text);
  const deviceUrl = reader.optional('deviceUrl', endpoint);
  const clientSecret = secret(reader, 'clientSecret');
  const refreshToken = secret(reader, 'refreshToken');
  const accessToken = secret(reader, 'accessToken');
  const clientAuth = reader.optional('clientAuth', oneOf({ body: true, basic: true })) ?? 'body';
  reader.finish();
  for (const name of ['tokenUrl', 'clientId']) {
    if (reader.value(name) === undefined) reader.problem(reader.below(name), 'this is needed');
  }
  if (deviceUrl === undefined && reader.value('deviceUrl') === undefined && clientSecret === undefined) {
    reader.problem(
      reader.place,
      'this says neither what the client proves itself with nor where to sign in',
      {
        expected: '"clientSecret", or "deviceUrl" and gw key login',
      },
    );
  }
  if (tokenUrl === undefined || clientId === undefined) return undefined;
  return {
    tokenUrl,
    clientId,
    clientAuth,
    ...(clientSecret && { clientSecret }),
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(deviceUrl !== undefined && { deviceUrl }),
    ...(refreshToken && { refreshToken }),
    ...(accessToken && { accessToken }),
  };
}

function secret(reader: ObjectReader, name: string): KeyReference | undefined {
  const place = reader.object(name);
  return place && readKeyReference(place);
}

/** The same for editors; `key` is the schema of a reference. */
export function authSchema(key: (description: string) => JsonObject): JsonObject {
  const line = (description: string): JsonObject => ({ type: 'string', description });
  return {
    description:
      "How its key travels: bearer, or in a header of its own; passthrough sends the caller's own Authorization, none nothing; oauth sends a token that is asked for and renewed.",
    oneOf: [
      { enum: [...AUTH_NAMES] },
      {
        type: 'object',
        additionalProperties: false,
        required: ['oauth'],
        properties: {
          oauth: {
            type: 'object',
            description: 'Where tokens come from (OAuth 2.0).',
            additionalProperties: false,
            required: ['tokenUrl', 'clientId'],
            properties: {
              tokenUrl: line('The address that gives tokens.'),
              clientId: line('Who asks.'),
              clientSecret: key('Where the secret of the client is kept.'),
              clientAuth: {
                enum: keysOf({ body: true, basic: true }),
                default: 'body',
                description: 'How the secret is sent: in the form, or as HTTP Basic.',
              },
              scope: line('What for, in the words of that server.'),
              audience: line('For which service, where that server wants to know.'),
              deviceUrl: line('Where signing in begins (RFC 8628): gw key login.'),
              refreshToken: key('What gw key login was given to get tokens with.'),
              accessToken: key('What gw key login was given where tokens do not expire.'),
            },
          },
        },
      },
    ],
  };
}
