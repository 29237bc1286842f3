import { OPERATIONS } from '../../core/operation.ts';
import type { Profile } from '../../core/profile.ts';
import { resolveRoute } from '../../core/resolve.ts';
import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import type { StagedRequest } from '../../proxy/index.ts';

/** Names the recorded exchange that a simulated request stands for. */
export const INDEX_HEADER = 'x-simulated-as';

/** Longer prompts are all alike to the policy, and would only take time. */
const LONGEST_BODY = 64 * 1024;

/** Why a recorded exchange is not simulated. */
export type LeftOut = 'cached' | 'hung-up' | 'unroutable' | 'not-asked';

/** The request that a recorded exchange began with, as far as its record tells; else why it is left out. */
export function requestOf(
  trail: Trail,
  index: number,
  profile: Profile,
  turn: number,
): StagedRequest | LeftOut {
  const { cache, outcome, attempts, plan, operation, asked = '' } = trail;
  if (cache?.is === 'hit' || cache?.is === 'coalesced') return 'cached';
  if (outcome === 'gone') return 'hung-up';
  if (OPERATIONS[operation].auxiliary || plan.length === 0 || (attempts.length === 0 && outcome !== 'failed'))
    return 'not-asked';
  const way = wayOf(trail, profile);
  if (way === undefined) return 'unroutable';
  const { client, deadlineMs, stream } = trail;
  return {
    path: '/v1/chat/completions',
    headers: [
      INDEX_HEADER,
      String(index),
      ...way,
      ...(client.session === undefined ? [] : ['x-session-id', client.session]),
      ...(client.retries === undefined ? [] : ['x-stainless-retry-count', String(client.retries)]),
      ...(deadlineMs === undefined ? [] : ['x-gw-timeout', String(Math.max(1, Math.round(deadlineMs)))]),
    ],
    body: JSON.stringify({ model: asked, stream, messages: messagesOf(trail, index, turn) }),
  };
}

/** Headers that lead the request the way it went; undefined when the profile has no such way any more. */
function wayOf({ asked = '', route = '', plan }: Trail, profile: Profile): readonly string[] | undefined {
  if (asked !== '' && resolveRoute(profile, asked)?.route === route) return [];
  if (profile.routes.some(({ name }) => name === route)) return ['x-gw-route', route];
  // The request brought its own targets.
  const known = plan.filter(({ target }) => profile.providers.some(({ name }) => name === target.provider));
  if (route === 'request' && known.length > 0)
    return ['x-gw-targets', [...new Set(known.map(({ target }) => targetName(target)))].join(', ')];
  return asked !== '' && resolveRoute(profile, asked) !== undefined ? [] : undefined;
}

/** As long as the real one was; a later turn of a session says so, because conversations have homes. */
function messagesOf({ client, bytesIn }: Trail, index: number, turn: number): readonly object[] {
  const first = { role: 'user', content: `simulated ${client.session ?? index} ` };
  const filling = 'x'.repeat(Math.max(0, Math.min(bytesIn, LONGEST_BODY) - 200));
  if (turn === 0) return [{ ...first, content: first.content + filling }];
  return [
    first,
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: `And ${index}? ${filling}` },
  ];
}
