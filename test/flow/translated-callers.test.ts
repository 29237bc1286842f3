import { afterEach, describe, expect, test } from 'vitest';

import { FORMAT_NAMES } from '../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { damaged, randomFrom } from '../contract/hostile-requests.ts';
import { RICH_REQUESTS } from '../contract/rich-requests.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, type Ground, NO_BREAKER, openGround, until } from './ground.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
const PROVIDERS = keysOf(FORMAT_NAMES);
const CASES = 40;

describe.each(PROVIDERS)('a provider of %s', (format) => {
  test.each(CALLERS.filter((caller) => caller !== format))(
    'understands what a caller of %s says, and whatever is wrong with it is told to the caller',
    async (caller) => {
      const ground = await openGround({
        providers: [{ name: 'first', format }],
        policy: { ...NO_BREAKER, retriesLast: 0 },
      });
      const { path, headers = {} } = askIn(caller, 'm', true);
      const ask = (request: unknown) => ground.ask({ path, headers, body: JSON.stringify(request) });
      const odd: string[] = [];
      for (const request of RICH_REQUESTS[caller]) {
        expect((await ask(request)).status).toBe(200);
        await forEach(
          Array.from({ length: CASES }, (_, at) => at + 1),
          8,
          async (seed) => {
            const random = randomFrom(seed);
            const { status, text } = await ask(damaged(request, random, 1 + Math.floor(random() * 3)));
            const isTold =
              [200, 400, 404, 422].includes(status) &&
              (status === 200 || /"message":"(?:\\.|[^"\\])+ /.test(text));
            if (!isTold) odd.push(`${seed}: ${status} ${text.slice(0, 200)}`);
          },
        );
      }
      expect(odd).toEqual([]);
      expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
    },
  );

  test.each([
    ['waiting for headers', 'stall@accept', false],
    ['waiting for the first content', 'stall@headers', true],
    ['in the middle of a whole answer', 'stall@byte=50', false],
    ['while it streams', 'tokens=500+slow-drip=10ms', true],
  ] as const)(
    'is left at once when its caller hangs up %s [promise:hang-up-aborts]',
    async (_, fault, stream) => {
      for (const caller of CALLERS.filter((name) => name !== format)) {
        const ground = await openGround({ providers: ['first', 'second'].map((name) => ({ name, format })) });
        const call = ground.open(askIn(caller, `m!${fault}`, stream));
        await until(() => ground.calls('first') === 1, 'the provider was asked');
        if (fault.includes('tokens')) await call.untilText('data: ');
        else if (fault !== 'stall@accept')
          await until(() => ground.simulator('first').calls[0]?.status === 200, 'the answer began');
        call.hangUp();
        await expectGone(ground);
      }
    },
  );
});

/** The call upstream is over, nobody else was asked, and nobody is blamed. */
async function expectGone(ground: Ground): Promise<void> {
  await until(() => ground.trails.length === 1, 'the exchange ended');
  await until(() => ground.simulator('first').openSockets === 0, 'the upstream socket was closed');
  expect(ground.trails[0]).toMatchObject({ outcome: 'gone', fault: 'client_gone' });
  expect(ground.simulator('first').calls[0]?.end).toBe('aborted-by-caller');
  expect(ground.calls('second')).toBe(0);
  expect(ground.proxy.health().map(({ breaker }) => breaker.is)).not.toContain('open');
  await ground.close();
}
