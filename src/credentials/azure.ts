import type { Fault } from '../core/fault.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import { accessToken, askForJson, form, refused } from './answers.ts';
import { type Outside, variable } from './outside.ts';
import type { Lent } from './renewed.ts';

const SCOPE = 'https://cognitiveservices.azure.com/.default';
const AUTHORITY = 'https://login.microsoftonline.com';

/**
 * A token for an application registered with Microsoft Entra: client credentials
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
 *
 * @param ownSecret The secret kept with the provider, before the variable's.
 */
export async function azureToken(
  outside: Outside,
  ownSecret: string | undefined,
): Promise<Outcome<Lent<string>, Fault>> {
  const tenant = variable(outside, 'AZURE_TENANT_ID');
  const client = variable(outside, 'AZURE_CLIENT_ID');
  const secret = ownSecret ?? variable(outside, 'AZURE_CLIENT_SECRET');
  const missing = [
    ...(tenant === undefined ? ['AZURE_TENANT_ID'] : []),
    ...(client === undefined ? ['AZURE_CLIENT_ID'] : []),
    ...(secret === undefined ? ['AZURE_CLIENT_SECRET'] : []),
  ];
  if (tenant === undefined || client === undefined || secret === undefined)
    return refused(`${missing.join(', ')} not set`, 'export what is missing, then gw reload');
  const authority = (variable(outside, 'AZURE_AUTHORITY_HOST') ?? AUTHORITY).replace(/\/+$/, '');
  const url = `${/^https?:/.test(authority) ? '' : 'https://'}${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  const fix = 'check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, then gw reload';
  const asked = form({
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
    scope: SCOPE,
  });
  const answer = await askForJson(outside, { ...asked, url }, fix);
  if (answer.is === 'failed') return answer;
  const token = accessToken(answer.value, outside.now());
  return token ? ok(token) : refused('Microsoft answered without a token', fix);
}
