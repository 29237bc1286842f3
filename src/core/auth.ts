import type { FormatName } from './operation.ts';
import type { AuthScheme } from './profile.ts';

interface SchemeRow {
  /** Where the key goes; undefined when no key of the profile is sent as it is. */
  readonly header: string | undefined;
  readonly prefix: string;
}

/** How each scheme sends its key. */
export const AUTH_SCHEMES: Readonly<Record<AuthScheme, SchemeRow>> = {
  bearer: { header: 'authorization', prefix: 'Bearer ' },
  'x-api-key': { header: 'x-api-key', prefix: '' },
  'x-goog-api-key': { header: 'x-goog-api-key', prefix: '' },
  'api-key': { header: 'api-key', prefix: '' },
  aws: { header: undefined, prefix: '' },
  google: { header: undefined, prefix: '' },
  azure: { header: undefined, prefix: '' },
  passthrough: { header: undefined, prefix: '' },
  none: { header: undefined, prefix: '' },
};

/** How the vendor of each format takes its key; hosts that only follow it may differ. */
export const USUAL_AUTH: Readonly<Record<FormatName, AuthScheme>> = {
  'openai-chat': 'bearer',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
  'bedrock-converse': 'aws',
  'cohere-chat': 'bearer',
  'ollama-chat': 'bearer',
};

/** True when a provider of this scheme is called with a key out of the profile. */
export function takesKey(auth: AuthScheme): boolean {
  return AUTH_SCHEMES[auth].header !== undefined;
}

/** The header that carries the key, as a name and a value; empty when the scheme sends none. */
export function keyHeader(auth: AuthScheme, key: string): readonly string[] {
  const { header, prefix } = AUTH_SCHEMES[auth];
  return header === undefined ? [] : [header, prefix + key];
}
