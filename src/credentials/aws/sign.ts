import aws4 from 'aws4';

import type { UnsignedRequest } from '../../core/ports.ts';
import { type Outside, variable } from '../outside.ts';
import type { AwsKeys } from './keys.ts';

/** What Bedrock is called in signatures, at the addresses of its models too. */
const SERVICE = 'bedrock';

/**
 * The headers that prove to AWS who asks (Signature Version 4,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html): over the method, the address, the body, the host
 * and what is sent as content, at this moment.
 */
export function signForAws(
  request: UnsignedRequest,
  keys: AwsKeys,
  region: string,
  now: number,
): readonly string[] {
  if (keys.is === 'bearer') return ['authorization', `Bearer ${keys.token}`];
  const url = new URL(request.url);
  const stamp = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const { headers } = aws4.sign(
    {
      method: request.method,
      path: url.pathname + url.search,
      host: url.host,
      service: SERVICE,
      region,
      headers: { host: url.host, 'content-type': 'application/json', 'x-amz-date': stamp },
      ...(request.body && { body: request.body }),
    },
    keys,
  );
  const sent = ['authorization', String(headers['Authorization'] ?? ''), 'x-amz-date', stamp];
  return keys.sessionToken === undefined ? sent : [...sent, 'x-amz-security-token', keys.sessionToken];
}

/** The region of an address, which signatures name; behind an address of one's own the variables say it. */
export function regionOf(address: string, outside: Outside): string | undefined {
  const [, region] =
    /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?(?:amazonaws\.com|api\.aws)/.exec(new URL(address).hostname) ??
    [];
  return region ?? variable(outside, 'AWS_REGION') ?? variable(outside, 'AWS_DEFAULT_REGION');
}
