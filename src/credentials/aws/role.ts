import aws4 from 'aws4';

import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { errorMessage } from '../../lib/expect.ts';
import { form, refused } from '../answers.ts';
import { type Outside, type TokenQuestion, variable } from '../outside.ts';
import type { Lent } from '../renewed.ts';
import { type AwsKeys, pair } from './keys.ts';

type Settings = ReadonlyMap<string, string>;
type Found = Outcome<Lent<AwsKeys>, Fault>;

/** A role that somebody takes on, as AWS's files and variables name it. */
export interface Role {
  readonly arn: string;
  readonly session: string | undefined;
  readonly region: string | undefined;
  /** `ExternalId`, `DurationSeconds`: said where the profile says it. */
  readonly more: Readonly<Record<string, string>>;
}

/** The role of a profile; undefined when it has none. */
export function roleOf(settings: Settings): Role | undefined {
  const arn = settings.get('role_arn');
  if (arn === undefined) return undefined;
  const external = settings.get('external_id');
  const seconds = settings.get('duration_seconds');
  return {
    arn,
    session: settings.get('role_session_name'),
    region: settings.get('region'),
    more: {
      ...(external !== undefined && { ExternalId: external }),
      ...(seconds !== undefined && { DurationSeconds: seconds }),
    },
  };
}

/** Keys of a role, for who has these keys (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
export async function keysOfRole(outside: Outside, role: Role, keys: AwsKeys): Promise<Found> {
  if (keys.is === 'bearer')
    return refused('a Bedrock API key takes on no role', 'name a source_profile with keys');
  const { url, region } = serverFor(outside, role);
  const question = { ...asking('AssumeRole', role, outside), url };
  const { host } = new URL(url);
  const stamp = new Date(outside.now()).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const body = Buffer.from(question.body ?? '');
  const headers = { ...question.headers, host, 'x-amz-date': stamp };
  const signed = aws4.sign({ method: 'POST', path: '/', host, service: 'sts', region, headers, body }, keys);
  const sent = Object.entries(signed.headers).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  const own = sent.filter(([name]) => name !== 'host' && name !== 'content-length');
  return ask(outside, { ...question, headers: Object.fromEntries(own) }, role);
}

/**
 * Keys of a role, for who has a token of somebody whom AWS trusts (EKS, GitHub): the file is read anew each time
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html).
 */
export async function keysOfIdentity(outside: Outside, role: Role, file: string): Promise<Found> {
  const token = (await outside.readText(file))?.trim();
  if (token === undefined || token === '')
    return refused(`the token for the role ${role.arn} cannot be read`, `see to ${file}, then gw reload`);
  const question = asking('AssumeRoleWithWebIdentity', role, outside, { WebIdentityToken: token });
  return ask(outside, { ...question, url: serverFor(outside, role).url }, role);
}

/** The role and the token that the variables name; undefined when they name none. */
export async function keysOfNamedIdentity(
  outside: Outside,
): Promise<Outcome<Lent<AwsKeys> | undefined, Fault>> {
  const file = variable(outside, 'AWS_WEB_IDENTITY_TOKEN_FILE');
  const arn = variable(outside, 'AWS_ROLE_ARN');
  if (file === undefined || arn === undefined) return ok(undefined);
  const session = variable(outside, 'AWS_ROLE_SESSION_NAME');
  return keysOfIdentity(outside, { arn, session, region: undefined, more: {} }, file);
}

function asking(
  action: string,
  { arn, session, more }: Role,
  outside: Outside,
  besides: Readonly<Record<string, string>> = {},
): Omit<TokenQuestion, 'url'> {
  const { method, headers, body } = form({
    Action: action,
    Version: '2011-06-15',
    RoleArn: arn,
    RoleSessionName: session ?? `gw-${outside.now()}`,
    ...more,
    ...besides,
  });
  return { method, headers: { ...headers, accept: 'application/xml' }, ...(body !== undefined && { body }) };
}

/** The server of the region, or the one for all, which counts as us-east-1. */
function serverFor(outside: Outside, role: Role): { readonly url: string; readonly region: string } {
  const named =
    variable(outside, 'AWS_REGION') ?? variable(outside, 'AWS_DEFAULT_REGION') ?? role.region ?? '';
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(named))
    return { url: 'https://sts.amazonaws.com/', region: 'us-east-1' };
  const domain = named.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { url: `https://sts.${named}.${domain}/`, region: named };
}

async function ask(outside: Outside, question: TokenQuestion, { arn }: Role): Promise<Found> {
  const { host } = new URL(question.url);
  const answer = await outside.ask(question).catch((error: unknown) => errorMessage(error));
  if (typeof answer === 'string')
    return failed(fault('upstream_unreachable', `no AWS keys from ${host}: ${answer}`));
  const { status, body } = answer;
  if (status >= 500 || status === 429)
    return failed(fault('upstream_unreachable', `no AWS keys from ${host}: it answered ${status}`));
  const fix = `aws sts get-caller-identity, and who may take on the role, then gw reload`;
  // Its sentences quote whose keys they were; the word is enough.
  const why = /^[\w.-]{1,64}$/.exec(within(body, 'Code') ?? '')?.[0];
  if (status >= 300)
    return refused(
      `${host} does not give the role ${arn} (${status}${why === undefined ? '' : ` ${why}`})`,
      fix,
    );
  const keys = pair(
    within(body, 'AccessKeyId'),
    within(body, 'SecretAccessKey'),
    within(body, 'SessionToken'),
  );
  const end = Date.parse(within(body, 'Expiration') ?? '');
  if (!keys) return refused(`${host} answered without keys for the role ${arn}`, fix);
  return ok({ value: keys, expiresAt: Number.isFinite(end) ? end : undefined });
}

/** The text of the first element of this name: answers are small XML without markup in what matters. */
function within(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
}
