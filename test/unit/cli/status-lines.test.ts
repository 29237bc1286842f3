import { describe, expect, it } from 'vitest';

import { downRoutes } from '../../../src/cli/daemon/down-routes.ts';
import { statusLines } from '../../../src/cli/daemon/status-lines.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { ProviderStatus, Status } from '../../../src/control/index.ts';
import type { FaultCode } from '../../../src/core/fault.ts';
import type { TargetHealth } from '../../../src/core/health.ts';
import { displayWidth } from '../../../src/lib/display-width.ts';
import { GROQ, NIGHT, OPENAI } from '../../sample-trail.ts';

const plain = makeStyle({ NO_COLOR: '1' }, false);

function health(change: Partial<TargetHealth> = {}): TargetHealth {
  return {
    target: OPENAI,
    breaker: { is: 'closed' },
    attempts: 10,
    failures: 1,
    served: 9,
    live: 0,
    recent: { attempts: 10, failures: 1, p50: 1240, p95: 3200, firstContentP50: 410 },
    ...change,
  };
}

function provider(change: Partial<ProviderStatus> = {}): ProviderStatus {
  const keys = [{ label: 'env:OPENAI_API_KEY', resolved: true }];
  return {
    name: 'openai',
    url: 'https://api.openai.com/v1',
    enabled: true,
    keys,
    targets: [health()],
    ...change,
  };
}

function status(change: Partial<Status> = {}): Status {
  return {
    instance: 'abc',
    version: '0.1.0',
    pid: 1,
    address: 'http://127.0.0.1:4499',
    startedAt: NIGHT,
    now: NIGHT + 11_520_000,
    profile: 'default',
    configPath: '/c',
    logPath: '/l',
    draining: false,
    rssBytes: 1,
    counters: { live: 2, total: 1215, served: 1204, failed: 3, cut: 0, gone: 8, failovers: 12, dropped: 0 },
    latency: { p50: 1240, p95: 4500, firstContentP50: 420, perMinute: 14.2 },
    providers: [provider()],
    routes: [
      { name: 'main', match: ['*'], targets: ['openai/gpt-4o'], serving: { target: OPENAI, at: NIGHT } },
    ],
    problems: [],
    ...change,
  };
}

function line(change: Partial<ProviderStatus>): string {
  return statusLines(status({ providers: [provider(change)], routes: [] }), plain, 100)[5] ?? '';
}

describe('gw status', () => {
  it('says at a glance who is there, what was done, and who serves', () => {
    expect(statusLines(status(), plain, 80).join('\n')).toMatchInlineSnapshot(`
      "● gw is running  http://127.0.0.1:4499  profile default  up 3h12m
        2 live · 1,204 served · 12 failed over · 3 failed · 8 gone
        last 5 min: 14/min · p50 1.24s · p95 4.50s · first token 420ms

        provider  state    p50    p95   ttft  errors
        openai    ● ok   1.24s  3.20s  410ms     10%  ◀ main"
    `);
  });

  it('tells the states of a provider apart in words', () => {
    const now = NIGHT + 11_520_000;
    const open = { is: 'open', until: now + 12_000, reason: 'upstream_timeout', message: '' } as const;
    const limited = { until: now + 5_000, reason: 'upstream_rate_limited', message: '' } as const;
    const refused = { reason: 'upstream_refused_key', message: '' } as const;
    expect(line({ enabled: false })).toContain('○ disabled');
    expect(line({ keys: [{ label: 'env:X', resolved: false }] })).toContain('✗ no key');
    expect(line({ targets: [] })).toContain('○ not used yet');
    expect(line({ targets: [health({ breaker: open })] })).toContain('✗ failing, 12.0s left');
    expect(line({ targets: [health({ breaker: open }), health()] })).toContain('◐ failing, 12.0s left');
    expect(line({ targets: [health({ cooldown: limited })] })).toContain('✗ rate limited, 5.00s left');
    expect(line({ targets: [health({ cooldown: refused })] })).toContain('✗ key refused, until changed');
    expect(
      line({ targets: [health({ breaker: { is: 'half-open', probing: true, reason: 'internal' } })] }),
    ).toContain('on trial');
  });

  it('does not call a provider well whose last call failed a moment ago', () => {
    const now = NIGHT + 11_520_000;
    const failed = (ago: number, fault: FaultCode = 'upstream_overloaded') =>
      health({ last: { at: now - ago, fault } });
    expect(line({ targets: [failed(3_000)] })).toContain('◐ failed 3.00s ago');
    expect(line({ targets: [failed(3_000), health({ last: { at: now - 1_000 } })] })).toContain('● ok');
    expect(line({ targets: [failed(301_000)] })).toContain('● ok');
    expect(line({ targets: [failed(3_000, 'upstream_rejected')] })).toContain('● ok');
    expect(line({ targets: [failed(3_000, 'client_gone')] })).toContain('● ok');
  });

  it('shows problems with what to do about them', () => {
    const lines = statusLines(
      status({ problems: [{ message: 'the key is gone', fix: 'gw reload' }] }),
      plain,
      80,
    );
    expect(lines.slice(-2)).toEqual(['  ! the key is gone', '    fix: gw reload']);
  });

  it('gives each of several problems told at once a line of its own', () => {
    const message = 'config.json:3:1: one thing\n       config.json:4:1: another';
    const lines = statusLines(status({ problems: [{ message, fix: 'gw config edit' }] }), plain, 80);
    expect(lines.slice(-3)).toEqual([
      '  ! config.json:3:1: one thing',
      '    config.json:4:1: another',
      '    fix: gw config edit',
    ]);
  });

  it('says that it is stopping', () => {
    expect(statusLines(status({ draining: true }), plain, 80)[0]).toContain('gw is stopping');
  });

  it('says that this computer is offline', () => {
    const offline = { since: 1, reason: 'no-name' as const, message: 'host names do not resolve' };
    expect(statusLines(status({ offline }), plain, 80)[0]).toContain('✗ gw is running, OFFLINE');
  });

  it('fits 60 to 100 columns, whatever the names', () => {
    const long = status({
      profile: 'a-profile-with-quite-a-long-name-for-one',
      providers: [provider({ name: 'a-provider-with-quite-a-long-name' }), provider({ name: '提供者' })],
      routes: [
        {
          name: 'a-route-with-quite-a-long-name',
          match: ['*'],
          targets: [],
          serving: { target: { ...GROQ, provider: '提供者' }, at: 1 },
        },
      ],
    });
    for (const columns of [60, 80, 100]) {
      const widths = statusLines(long, plain, columns).map(displayWidth);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
  });

  it('lets no name from the profile move the cursor', () => {
    const lines = statusLines(
      status({ profile: 'x\u001b[2J', providers: [provider({ name: 'y\u001b[2J' })] }),
      plain,
      80,
    );
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('says when bodies are written down, and nothing when they are not', () => {
    const shown = (capture: Status['capture']) =>
      statusLines(status({ ...(capture && { capture }) }), plain, 80);
    expect(shown('errors').join('\n')).toContain('bodies of requests in which something failed are kept');
    expect(shown('off').join('\n')).not.toContain('bodies');
    expect(shown(undefined).join('\n')).not.toContain('bodies');
  });
});

describe('routes that nobody can serve', () => {
  const open = (reason: FaultCode): TargetHealth =>
    health({ breaker: { is: 'open', until: NIGHT, reason, message: 'no' } });
  const two = (first: Partial<ProviderStatus>, second: Partial<ProviderStatus>): Status =>
    status({
      providers: [provider({ name: 'alpha', ...first }), provider({ name: 'beta', ...second })],
      routes: [{ name: 'default', match: ['*'], targets: ['alpha', 'beta/gpt-4o'] }],
    });
  const down = { targets: [open('upstream_unreachable')] };

  it('are told with what is wrong with each target, and a fix', () => {
    const text = statusLines(two(down, down), plain, 100).join('\n');
    expect(text).toContain(
      '✗ route default: nobody can serve it. alpha and beta/gpt-4o: the provider could not be reached',
    );
    expect(text).toContain('fix: start alpha or look at its address: gw doctor --online');
  });

  it.each([
    ['one is well', down, { targets: [health()] }],
    ['one was never asked', down, { targets: [] }],
    ['another model of one is well', { targets: [open('upstream_overloaded'), health()] }, down],
  ])('are not told while %s', (_, first, second) => {
    expect(downRoutes(two(first, second))).toEqual([]);
  });

  it.each([
    ['upstream_refused_key', 'gw key set beta'],
    ['upstream_out_of_credit', 'top it up, then gw reset beta'],
    ['upstream_overloaded', 'gw cooldowns (when each is tried again)'],
  ] as const)('with %s have a fix of their own', (reason, fix) => {
    const found = downRoutes(two({ targets: [open('upstream_timeout')] }, { targets: [open(reason)] }));
    expect(found).toMatchObject([{ route: 'default', fix }]);
  });

  it('are not told while this computer is offline: that is said', () => {
    expect(
      downRoutes({
        ...two(down, down),
        offline: { since: NIGHT, reason: 'no-interface', message: 'no way out' },
      }),
    ).toEqual([]);
  });
});

it('shows the times of the target that answers, not of one that is asked more often and only fails', () => {
  const broken = { ...OPENAI, model: 'gpt-broken' };
  const targets = [
    health({ target: broken, recent: { attempts: 12, failures: 12 } }),
    health({ recent: { attempts: 3, failures: 0, p50: 1240, p95: 3200 } }),
  ];
  const lines = statusLines(status({ providers: [provider({ targets })] }), plain, 120);
  expect(lines.find((line) => line.includes('openai ')) ?? '').toMatch(/1\.24s +3\.20s/);
});

it('says which recordings write down whose requests, and what ends them', () => {
  const one = { name: 'morning', startedAt: NIGHT + 11_460_000, taken: 14, leftOut: 0, marked: false };
  const two = { ...one, name: 'x\u001b[2Jy', marked: true, route: 'main', taken: 1, leftOut: 2 };
  const lines = statusLines(status({ recordings: [one, two] }), plain, 80);
  expect(lines).toContain(
    '  recording morning (everything that is asked): 14 exchanges in 1m00s; gw record stop ends it',
  );
  expect(lines).toContain(
    '  recording x·[2Jy (what one command asks, by route main): 1 exchange in 1m00s, 2 left out; gw record stop ends it',
  );
});

it('says which limits held requests up, and nothing of those that did not', () => {
  const rates = [
    { scope: 'all', requestsPerMinute: 60, waited: 0, refused: 0 },
    { scope: 'each-client', requestsPerMinute: 6, waited: 3, refused: 2 },
  ];
  const lines = statusLines(status({ rates }), plain, 80);
  expect(lines.filter((line) => line.includes('limit'))).toEqual([
    '  limit: 6 requests a minute for each-client: 3 waited, 2 refused',
  ]);
});
