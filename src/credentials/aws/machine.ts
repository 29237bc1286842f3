import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { errorMessage } from '../../lib/expect.ts';
import { refused } from '../answers.ts';
import { type Outside, type TokenQuestion, variable } from '../outside.ts';
import type { Lent } from '../renewed.ts';
import { type AwsKeys, readKeysJson } from './keys.ts';

type Found = Outcome<Lent<AwsKeys> | undefined, Fault>;

/** Where the agent of ECS listens. */
const CONTAINER_AGENT = 'http://169.254.170.2';

/**
 * Keys that the container gives to what runs in it
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html). Undefined when no variable says
 * where they are to be had.
 */
export async function keysOfContainer(outside: Outside): Promise<Found> {
  const relative = variable(outside, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const url =
    relative === undefined
      ? variable(outside, 'AWS_CONTAINER_CREDENTIALS_FULL_URI')
      : CONTAINER_AGENT + relative;
  if (url === undefined) return ok(undefined);
  if (!mayBeAgent(url))
    return refused('the address for the credentials of this container is not local', 'use https');
  const file = variable(outside, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const read = file === undefined ? undefined : (await outside.readText(file))?.trim();
  const authorization = read ?? variable(outside, 'AWS_CONTAINER_AUTHORIZATION_TOKEN');
  const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) };
  return keysFrom(outside, { method: 'GET', url, headers });
}

/** A key goes in the clear only to this machine and to the agents of ECS and EKS. */
function mayBeAgent(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/.test(
    hostname,
  );
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

const ROLES = '/latest/meta-data/iam/security-credentials/';

/**
 * Keys of the role that an EC2 instance has (https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html).
 * Asked only where the variable says so: elsewhere nobody answers at that address, which takes its time.
 */
export async function keysOfInstance(outside: Outside): Promise<Found> {
  const endpoint = variable(outside, 'AWS_EC2_METADATA_SERVICE_ENDPOINT')?.replace(/\/+$/, '');
  if (endpoint === undefined) return ok(undefined);
  const asked = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
  const token = await say(outside, { method: 'PUT', url: `${endpoint}/latest/api/token`, headers: asked });
  if (token.is === 'failed') return token;
  const headers = { 'x-aws-ec2-metadata-token': token.value };
  const roles = await say(outside, { method: 'GET', url: endpoint + ROLES, headers });
  if (roles.is === 'failed') return roles;
  const role = encodeURIComponent(roles.value.split('\n', 1)[0]?.trim() ?? '');
  return keysFrom(outside, { method: 'GET', url: endpoint + ROLES + role, headers });
}

async function keysFrom(outside: Outside, question: TokenQuestion): Promise<Found> {
  const answer = await say(outside, question);
  if (answer.is === 'failed') return answer;
  const keys = readKeysJson(answer.value);
  return keys ? ok(keys) : refused('this machine gives no AWS keys', 'give it a role that may use Bedrock');
}

async function say(outside: Outside, question: TokenQuestion): Promise<Outcome<string, Fault>> {
  if (!URL.canParse(question.url))
    return refused(
      'the address of this machine’s AWS keys is none',
      'correct AWS_EC2_METADATA_SERVICE_ENDPOINT',
    );
  const { host } = new URL(question.url);
  const answer = await outside.ask(question).catch((error: unknown) => errorMessage(error));
  if (typeof answer === 'string')
    return failed(fault('upstream_unreachable', `no AWS keys from ${host}: ${answer}`));
  if (answer.status >= 500 || answer.status === 429)
    return failed(fault('upstream_unreachable', `no AWS keys from ${host}: it answered ${answer.status}`));
  if (answer.status >= 300)
    return refused(
      `${host} gives no AWS keys (${answer.status})`,
      'give this machine a role that may use Bedrock',
    );
  return ok(answer.body);
}
