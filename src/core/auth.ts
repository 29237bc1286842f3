import type { FormatName } from './operation.ts';
import type { AuthScheme, KeyReference, Provider } from './profile.ts';

interface SchemeRow {
  /** Where the key goes; undefined when no key of the profile is sent as it is. */
  readonly header: string | undefined;
  readonly prefix: string;
  /** The variables that say who asks, beside the keys in the profile. */
  readonly variables?: readonly string[];
}

/** How each scheme sends its key. */
export const AUTH_SCHEMES: Readonly<Record<AuthScheme, SchemeRow>> = {
  bearer: { header: 'authorization', prefix: 'Bearer ' },
  'x-api-key': { header: 'x-api-key', prefix: '' },
  'x-goog-api-key': { header: 'x-goog-api-key', prefix: '' },
  'api-key': { header: 'api-key', prefix: '' },
  // https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
  aws: {
    header: undefined,
    prefix: '',
    variables: [
      'AWS_BEARER_TOKEN_BEDROCK',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
      'AWS_ROLE_ARN',
      'AWS_ROLE_SESSION_NAME',
      'AWS_PROFILE',
      'AWS_CONFIG_FILE',
      'AWS_SHARED_CREDENTIALS_FILE',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
      'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ],
  },
  // https://cloud.google.com/docs/authentication/application-default-credentials
  google: {
    header: undefined,
    prefix: '',
    variables: ['GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG', 'GCE_METADATA_HOST'],
  },
  // https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential
  azure: {
    header: undefined,
    prefix: '',
    variables: ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZURE_AUTHORITY_HOST'],
  },
  // Its settings say where everything is.
  oauth: { header: undefined, prefix: '', variables: [] },
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

/** True when each request of this scheme is signed, or needs a token first. */
export function isSigned(auth: AuthScheme): boolean {
  return AUTH_SCHEMES[auth].variables !== undefined;
}

/** The variables that a provider of this scheme looks its credentials up in. */
export function schemeVariables(auth: AuthScheme): readonly string[] {
  return AUTH_SCHEMES[auth].variables ?? [];
}

/** Every secret a provider refers to: its keys, and what its tokens are asked for with. */
export function referencesOf({ keys, oauth }: Pick<Provider, 'keys' | 'oauth'>): readonly KeyReference[] {
  if (oauth === undefined) return keys;
  const { clientSecret, refreshToken, accessToken } = oauth;
  return [...keys, ...[clientSecret, refreshToken, accessToken].filter((one) => one !== undefined)];
}
