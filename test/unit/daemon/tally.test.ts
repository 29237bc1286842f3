import { describe, expect, it } from 'vitest';

import { Tally } from '../../../src/daemon/tally.ts';
import { exposition } from '../../../src/observe/index.ts';
import { failoverTrail, sampleTrail, servedAttempt } from '../../sample-trail.ts';
import { type ReadSample, readExposition } from '../observe/exposition-reader.ts';

function read(tally: Tally): ReadSample[] {
  return readExposition(exposition(tally.families()));
}

function values(samples: readonly ReadSample[], name: string): [Record<string, string>, number][] {
  return samples.filter((each) => each.name === name).map(({ labels, value }) => [labels, value]);
}

describe('what is counted of finished exchanges', () => {
  it('tells requests, attempts, failovers and tokens by who they concern', () => {
    const tally = new Tally();
    tally.add(sampleTrail());
    tally.add(failoverTrail());
    const samples = read(tally);
    const request = {
      outcome: 'served',
      route: 'main',
      format: 'openai-chat',
      operation: 'chat',
      client: 'openai-node',
    };
    expect(values(samples, 'gw_requests_total')).toEqual([[request, 2]]);
    expect(values(samples, 'gw_attempts_total')).toEqual([
      [{ provider: 'openai', model: 'gpt-4o', fault: 'none' }, 1],
      [{ provider: 'openai', model: 'gpt-4o', fault: 'upstream_overloaded' }, 1],
      [{ provider: 'groq', model: 'llama-3.3-70b', fault: 'none' }, 1],
    ]);
    expect(values(samples, 'gw_failovers_total')).toEqual([
      [{ route: 'main', from: 'openai/gpt-4o', to: 'groq/llama-3.3-70b', reason: 'upstream_overloaded' }, 1],
    ]);
    expect(values(samples, 'gw_tokens_total')).toContainEqual([
      { provider: 'groq', model: 'llama-3.3-70b', type: 'output' },
      80,
    ]);
    expect(values(samples, 'gw_request_first_content_seconds_sum')).toEqual([
      [{ route: 'main', format: 'openai-chat' }, 0.82],
    ]);
  });

  it('has a bounded number of series, whatever callers call themselves and ask for [promise:metrics-bounded]', () => {
    const tally = new Tally();
    for (let i = 0; i < 3_000; i++) {
      const target = { provider: 'p', model: `m"${i}\n`, key: 'none' };
      tally.add(sampleTrail({ client: { name: `client ${i}` }, attempts: [servedAttempt({ target })] }));
    }
    const samples = read(tally);
    const clients = new Set(values(samples, 'gw_requests_total').map(([{ client }]) => client));
    expect(clients.size).toBe(31);
    expect(clients).toContain('other');
    const attempts = values(samples, 'gw_attempts_total');
    expect(attempts.length).toBeLessThanOrEqual(1_001);
    expect(attempts.reduce((sum, [, count]) => sum + count, 0)).toBe(3_000);
  });
});
