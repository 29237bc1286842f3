import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { parseJson } from '../../src/lib/expect.ts';
import { DaemonHome, KEY } from './daemon-home.ts';

const TIME_MS = 90_000;

let home: DaemonHome;

beforeEach(() => {
  home = new DaemonHome();
});

afterEach(() => home.remove());

describe('before an outage', () => {
  test(
    'gw lint says what two servers share, and gw simulate-outage plays what they served without asking them',
    async () => {
      home.env = { TEST_KEY: KEY };
      const simulators = await home.startBefore('one', 'two');
      const { address } = await home.status();
      for (let i = 0; i < 5; i++) await ask(address);
      const asked = simulators.map((simulator) => simulator.received);
      const lint = await home.run(['lint', '--json']);
      expect(lint.exit, lint.err).toBe(0);
      // The simulators list models, but not this one, and one variable holds the key of both.
      expect(parseJson(lint.out)).toMatchObject({
        errors: 0,
        findings: [{ code: 'unknown-model' }, { code: 'unknown-model' }, { code: 'shared-key' }],
      });
      const { exit, out, err } = await home.run([
        'simulate-outage',
        '--since',
        '5m',
        '--fault',
        'one:503',
        '--json',
      ]);
      expect(exit, err).toBe(0);
      expect(parseJson(out)).toMatchObject({
        simulated: 5,
        touched: 5,
        saved: 5,
        lost: [],
        asRecorded: 5,
        stoodIn: { 'two/m': 5 },
      });
      expect(simulators.map((simulator) => simulator.received)).toEqual(asked);
      await home.run(['stop', '--now']);
      const again = await home.run(['simulate-outage', '--since', '5m', '--fault', 'one:503', 'two:503']);
      expect(again.exit, again.err).toBe(0);
      expect(again.out).toContain('Of 5 requests, 5 would have been touched by it: 0 answered all the same');
    },
    TIME_MS,
  );

  test(
    'gw simulate-outage says what to do while nothing was recorded',
    async () => {
      home.profile({ one: 'http://127.0.0.1:9/v1' });
      const { exit, err } = await home.run(['simulate-outage', '--fault', 'one:503']);
      expect(exit).toBe(1);
      expect(err).toContain('There is no traffic to simulate.');
      expect(err).toContain('send requests through gw first');
    },
    TIME_MS,
  );
});

async function ask(address: string): Promise<void> {
  const answer = await fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  expect(answer.status).toBe(200);
  await answer.text();
}
