import { expect, test } from 'vitest';

import { livedFacts, livedJson } from '../../../src/cli/provider/lived.ts';
import type { ProviderStatus } from '../../../src/control/index.ts';

const LIVED: ProviderStatus = {
  name: 'local',
  url: 'http://127.0.0.1:9001/v1',
  enabled: true,
  keys: [],
  load: { inFlight: 4, limit: 4, queued: 2, refused: 0 },
  targets: [
    {
      target: { provider: 'local', model: 'llama', key: 'none' },
      breaker: { is: 'closed' },
      attempts: 60,
      failures: 0,
      served: 60,
      live: 4,
      recent: { attempts: 60, failures: 0 },
      firstContent: [
        { reasoning: 'none', belowBytes: 65_536, samples: 412, p99Ms: 2100, limitMs: 5000 },
        { reasoning: 'high', samples: 50, p99Ms: 40_000 },
      ],
    },
  ],
};

test('a provider is shown with how full it is and what its models showed to need', () => {
  expect(livedFacts(LIVED)).toEqual([
    ['now', '4 under way, 2 waiting'],
    ['learned', 'llama below 64 KB: first token within 2.10s (99 % of 412), limit 5.00s'],
    ['', 'llama the longest, thinking hard: first token within 40.0s (99 % of 50)'],
  ]);
  expect(livedJson(LIVED)).toMatchObject({
    load: { inFlight: 4, limit: 4 },
    firstContent: [{ model: 'llama', key: 'none', samples: 412, limitMs: 5000 }, { samples: 50 }],
  });
});

test('without a daemon there is nothing to say', () => {
  expect(livedFacts(undefined)).toEqual([]);
  expect(livedJson(undefined)).toEqual({ load: null, firstContent: null });
});
