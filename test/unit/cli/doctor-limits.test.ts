import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findKeeper } from '../../../src/cli/service/find-keeper.ts';
import type { Status } from '../../../src/control/index.ts';
import { testContext } from '../../cli-context.ts';
import { PatientHome } from './doctor-ground.ts';
import { fakeSystemctl } from './fake-systemctl.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
const BOTH = { default: { match: ['*'], targets: ['a/m'] } };

type View = NonNullable<Status['budgets']>[number];

const FULL: View = {
  scope: 'all',
  per: 'day',
  unit: 'usd',
  amount: 5,
  action: 'block',
  at: [1],
  used: 5.1,
  reserved: 0,
  share: 1.02,
  requests: 3,
  unpriced: 0,
  startsAt: 0,
  endsAt: 1,
};

test('a budget that is used up is a problem where requests are refused for it, and else a warning', async () => {
  const home = new PatientHome();
  home.profile({ a: LOCAL }, BOTH);
  const half = { ...FULL, scope: 'route:slow', share: 0.5 };
  await home.daemon({ budgets: [FULL, { ...FULL, scope: 'route:fast', action: 'warn' }, half] });
  const found = (await home.examine()).of('budgets');
  expect(found.map(({ result, about }) => [result, about])).toEqual([
    ['problem', 'all'],
    ['warning', 'route:fast'],
  ]);
  expect(found[0]?.sentence).toBe('102% of $5.00 today is used: further requests are refused');
  expect(found[0]?.fix).toMatch(/^gw budget set all --usd … --per day/);
});

test('budgets are looked at without a daemon, too', async () => {
  const home = new PatientHome();
  home.profile({ a: LOCAL }, BOTH);
  expect((await home.examine()).one('budgets')).toBe('skipped: there is no budget');
  home.write(
    'gw/config.json',
    JSON.stringify({
      listen: { port: 0 },
      profiles: {
        default: {
          providers: { a: LOCAL },
          routes: BOTH,
          // oxlint-disable-next-line unicorn/no-thenable -- a part of the profile file that nobody awaits
          budgets: [{ scope: 'all', per: 'day', usd: 5, then: 'block' }],
        },
      },
    }),
  );
  expect((await home.examine()).one('budgets')).toBe('ok: the one budget is not used up');
});

test('a limit that turned callers away is told with how to raise it', async () => {
  const home = new PatientHome();
  home.profile({ a: LOCAL }, BOTH);
  expect((await home.examine()).one('limits')).toBe('skipped: there is no limit');
  const limits = [
    { scope: 'all', requestsPerMinute: 60 },
    { scope: 'each-client', requestsPerMinute: 6 },
  ];
  home.write(
    'gw/config.json',
    JSON.stringify({
      listen: { port: 0 },
      profiles: { default: { providers: { a: LOCAL }, routes: BOTH, limits } },
    }),
  );
  expect((await home.examine()).one('limits')).toBe('skipped: gw does not run, so nobody counts');
  const counted = limits.map((limit) => ({ ...limit, waited: 1, refused: 0 }));
  await home.daemon({ rates: counted.map((rate, index) => ({ ...rate, refused: index })) });
  expect((await home.examine()).of('limits')).toMatchObject([
    {
      result: 'warning',
      about: 'each-client',
      sentence: '6 requests a minute for each-client turned 1 away',
      fix: 'gw limit set each-client --per-minute 12, if that is too tight',
    },
  ]);
});

test('files that gw put aside are told of, each with where it is', async () => {
  const home = new PatientHome();
  expect((await home.examine()).one('set-aside')).toBe('ok: nothing had to be set aside');
  const paths = ['requests.db.damaged-20260101T000000Z', 'answers.db.damaged-1', 'health.json.set-aside'];
  const files = paths.map((path) => home.write(`gw/state/${path}`, 'x'));
  const found = (await home.examine()).of('set-aside');
  expect(found.map(({ result, about }) => [result, about])).toEqual(files.map((file) => ['warning', file]));
});

test.skipIf(process.platform === 'win32')(
  'a service that is installed and does not run is a problem',
  async () => {
    const home = new PatientHome();
    home.profile({ a: LOCAL }, BOTH);
    expect((await home.examine()).one('service')).toBe('skipped: gw is not installed as a service');
    home.env['PATH'] = fakeSystemctl(join(home.folder, 'bin')).path;
    home.env['XDG_CONFIG_HOME'] = join(home.folder, '.config');
    const { path } = findKeeper(testContext({ home: home.folder, env: home.env }), 'linux');
    home.write(path.slice(home.folder.length + 1), '');
    const [first, second] = (await home.examine()).of('service');
    expect(first).toMatchObject({ result: 'problem', mend: { is: 'start' } });
    expect(first?.sentence).toMatch(/^the service is installed, but does not run/);
    expect(second).toMatchObject({ result: 'warning', fix: 'gw service install' });
  },
);
