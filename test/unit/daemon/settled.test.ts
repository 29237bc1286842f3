import { expect, test } from 'vitest';

import { IncidentLog } from '../../../src/core/incident.ts';
import type { Provider } from '../../../src/core/profile.ts';
import { settledByProfile, settledByReset } from '../../../src/daemon/settled.ts';
import { failoverTrail, GROQ, NIGHT, OPENAI } from '../../sample-trail.ts';

const failing = { target: OPENAI, reason: 'upstream_overloaded' } as const;
const refused = { target: OPENAI, reason: 'upstream_refused_key' } as const;

const openai: Provider = {
  name: 'openai',
  preset: undefined,
  url: 'https://api.openai.com/v1',
  format: 'openai-chat',
  alsoSpeaks: [],
  auth: 'bearer',
  keys: [{ is: 'env', name: 'OPENAI_API_KEY' }],
  enabled: true,
  headers: {},
  quirks: [],
  models: [],
  owns: [],
};

test('a reset ends what its target failed with, and of other models what their key is to blame for', () => {
  const other = { ...OPENAI, model: 'another' };
  expect([failing, refused].map(settledByReset(OPENAI))).toEqual([true, true]);
  expect([failing, refused].map(settledByReset(other))).toEqual([false, true]);
  expect([failing, refused].map(settledByReset(GROQ))).toEqual([false, false]);
});

test.each<[string, boolean, readonly Provider[]]>([
  ['has the provider as it was', false, [openai]],
  ['has another key for it', true, [{ ...openai, keys: [{ is: 'env', name: 'NEW' }] }]],
  [
    'has another key beside the old one',
    false,
    [{ ...openai, keys: [{ is: 'env', name: 'NEW' }, ...openai.keys] }],
  ],
  ['has switched it off', true, [{ ...openai, enabled: false }]],
  ['does not have it', true, []],
])('a profile that %s: it settles an incident is %s', (_, settles, providers) => {
  expect(settledByProfile({ providers })(refused)).toBe(settles);
});

test('a key that was given to a provider without one settles what it failed with, and a second of one name is known', () => {
  const settles = settledByProfile({ providers: [openai] });
  expect(settles({ ...refused, target: { ...OPENAI, key: 'none' } })).toBe(true);
  expect(settles({ ...refused, target: { ...OPENAI, key: 'env:OPENAI_API_KEY#2' } })).toBe(false);
});

test('what is settled is over, and the next failure begins another', () => {
  const log = new IncidentLog();
  log.add(failoverTrail({ at: NIGHT }));
  expect(log.settle(settledByReset(OPENAI))).toBe(true);
  expect(log.list(NIGHT + 1_000)).toMatchObject([{ over: true }]);
  log.add(failoverTrail({ at: NIGHT + 2_000 }));
  expect(log.list(NIGHT + 3_000)).toMatchObject([{ over: true }, { over: false }]);
});
