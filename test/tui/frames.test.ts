import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Snapshot } from '../../src/control/index.ts';
import { SpendingTally } from '../../src/core/spending.ts';
import { displayWidth } from '../../src/lib/display-width.ts';
import { reduce } from '../../src/tui/state.ts';
import { demoMoment } from './demo-moments.ts';
import { frameOf, stateOf } from './frame.ts';
import { busyGateway, cutTrail, limitsTold } from './moments.ts';
import { failedOver, health, healthy, NOON, outage, provider, running, served, status } from './scenes.ts';

const SIZES = [
  [60, 12],
  [80, 20],
  [80, 24],
  [100, 24],
  [120, 40],
  [140, 36],
  [200, 60],
] as const;

const WALKS = [
  [],
  ['j', 'j'],
  ['enter'],
  ['enter', 'tab'],
  ['enter', 'tab', 'tab'],
  ['?'],
  ['tab', 'enter'],
  ['z'],
  ['2'],
  ['2', 'j', 'j', 'f'],
  ['2', 'b'],
  ['2', '/', 'x', 'y'],
  ['3'],
  ['3', 'j', 'x'],
  ['4', 'j'],
  ['5'],
  ['6', 'e'],
  ['6', 'enter'],
];

describe.each(SIZES)('at %i × %i', (columns, rows) => {
  it('fills the terminal exactly, whatever it shows', () => {
    for (const scene of [healthy(), outage(), undefined]) {
      for (const keys of WALKS) {
        const frame = frameOf(stateOf(scene, columns, rows, keys));
        expect(frame.length).toBe(rows);
        for (const line of frame) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('says who is up, in words', () => {
    const [first] = frameOf(stateOf(healthy(), columns, rows));
    expect(first).toContain('gw 0.1.0');
    expect(first).toContain('● all up');
    expect(first).toContain('http://127.0.0.1:4499');
  });

  it('shows state and countdown of every target in an outage', () => {
    const text = frameOf(stateOf(outage(), columns, rows, columns < 80 ? ['tab'] : [])).join('\n');
    expect(text).toMatch(/✗ openai\/gpt-4o.* open 12s/);
    expect(text).toMatch(/‖ groq\/llama.* cooling 47s/);
    expect(text).toMatch(/◐ mistral\/mistral.* probing/);
    expect(text).toContain('nobody can serve');
    expect(text).toContain('fix: gw config validate');
  });

  it('says first that this computer is offline, whatever the targets are', () => {
    const scene = healthy();
    const offline = { since: NOON, reason: 'no-name' as const, message: 'host names do not resolve' };
    const [first] = frameOf(stateOf({ ...scene, status: { ...scene.status, offline } }, columns, rows));
    expect(first).toContain('✗ OFFLINE');
  });

  it('says which targets are not asked meanwhile, and which still serve', () => {
    const text = frameOf(stateOf(demoMoment('offline'), columns, rows, columns < 80 ? ['tab'] : [])).join(
      '\n',
    );
    expect(text).toMatch(/‖ sim-openai\/sim-large +no network/);
    expect(text).toMatch(/‖ sim-groq\/sim-fast +no network/);
    expect(text).toMatch(/► sim-local\/sim-small +serving/);
  });

  it('opens a request with its plan and waterfall', () => {
    const state = stateOf({ ...healthy(), recent: [failedOver(50)] }, columns, rows, ['enter']);
    const shown = [0, 5, 10, 15, 20, 30].flatMap((times) => frameOf(scrolled(state, times))).join('\n');
    expect(shown).toContain('REQUEST 01jz000000000050   ↷ failover');
    expect(shown).toMatch(/2 mistral\/mistral-large-.* +skipped: its breaker/);
    expect(shown).toMatch(/1 openai.gpt-4o +✗ rate limited/);
    expect(shown).toMatch(/3 groq\/llama.*█/);
    expect(shown).toMatch(/429 rate li/);
    expect(shown).toContain('req_a1');
  });
});

describe('columns', () => {
  it('stay aligned beside wide characters, emoji, flags and marks', () => {
    const names = ['模型-测试', '👩‍👩‍👧‍👦 family', '🇩🇪 flagge', 'e\u0301tude', 'مرحبا', 'plain'];
    const recent = names.map((asked, index) => served(index + 1, { asked }));
    const frame = frameOf(stateOf({ ...healthy(), recent, live: [], incidents: [] }, 120, 40));
    const rows = frame.filter((line) => line.includes('✓ served') && line.includes('641ms'));
    expect(rows.length).toBe(names.length);
    const places = rows.map((line) => displayWidth(line.slice(0, line.indexOf('openai/gpt-4o'))));
    expect(new Set(places).size).toBe(1);
  });

  it('let no escape sequence or direction override through', () => {
    const hostile = '\u001B[2J\u001B]0;owned\u0007\u202Egpt';
    const live = [running(3, { asked: hostile, client: { name: hostile } })];
    const frame = frameOf(
      stateOf({ ...healthy(), live, recent: [served(1, { asked: hostile, message: hostile })] }, 120, 40),
    );
    for (const bad of ['\u001B', '\u0007', '\u202E']) expect(frame.join('')).not.toContain(bad);
    expect(frame.join('')).toContain('·[2J·]0;owne');
  });
});

describe('thirty targets with long names', () => {
  const name = (index: number): string => `模型-provider-with-a-very-long-name-${index}`;
  const crowd = status({
    providers: Array.from({ length: 30 }, (_, index) =>
      provider(name(index), [health({ provider: name(index), model: 'm'.repeat(80), key: 'none' })]),
    ),
  });

  it.each(SIZES)('fit %i × %i, and can be reached', (columns, rows) => {
    for (const keys of [[], ['z'], ['3'], ['3', 'G']]) {
      const frame = frameOf(stateOf({ ...healthy(), status: crowd }, columns, rows, keys));
      expect(frame.length).toBe(rows);
      for (const line of frame) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      if (keys.includes('G')) expect(frame.join('\n')).toMatch(/› .*模型/);
    }
  });
});

describe('a terminal with no line for the names of the screens', () => {
  it.each([
    [80, 24],
    [60, 14],
  ])('has their numbers among the keys: %i × %i', (columns, rows) => {
    for (const keys of [[], ['2'], ['3'], ['enter']])
      expect(frameOf(stateOf(healthy(), columns, rows, keys)).at(-1)).toMatch(
        / {3}1-7 {3}\? help {3}q quit *$/,
      );
  });

  it('says what the numbers are where the keys leave room for a word', () => {
    expect(frameOf(stateOf(healthy(), 80, 24, ['5'])).at(-1)).toContain('1-7 screens   ? help   q quit');
  });

  it('tells that there is more of a request below', () => {
    const story = frameOf(stateOf({ ...healthy(), recent: [failedOver(50)] }, 60, 14, ['enter'])).join('\n');
    expect(story).toMatch(/REQUEST .* ↓ \d+ more/);
  });
});

describe('the smallest terminal', () => {
  it('says below a list why what is under the cursor is in trouble', () => {
    const providers = frameOf(stateOf(outage(), 60, 12, ['3'])).join('\n');
    expect(providers).toMatch(/because +overloaded: 503 The server is overloaded/);
    const failovers = frameOf(stateOf(outage(), 60, 12, ['4'])).join('\n');
    expect(failovers).toMatch(/openai\/gpt-4o +▲ last failed/);
    expect(failovers).toContain('overloaded: the provider is overloaded or failing');
  });

  it('says of a cooldown that is over that nobody has asked since', () => {
    const later = reduce(stateOf(outage(), 60, 12, ['3', 'j', 'j']), {
      type: 'clock-ticked',
      now: NOON + 60_000,
    });
    expect(frameOf(later).join('\n')).toMatch(/cooldown +over, and not asked since, rate limited/);
  });
});

describe('too small a terminal', () => {
  it('gets one line', () => {
    expect(frameOf(stateOf(healthy(), 59, 12))).toEqual([
      'gw ● all up  99.8% ok  2 live  p50 640ms  60×12 shows more',
    ]);
    expect(frameOf(stateOf(outage(), 30, 4))[0]).toMatch(/^gw ✗ nobody can serve/);
  });
});

describe('a daemon that goes away', () => {
  it('is said, and what was known stays', () => {
    const gone = reduce(stateOf(healthy(), 80, 24), { type: 'daemon-gone', at: NOON });
    const later = reduce(gone, { type: 'clock-ticked', now: NOON + 9_000 });
    const text = frameOf(later).join('\n');
    expect(text).toContain('✗ daemon gone, waiting (9s)   fix: gw start');
    expect(text).toContain('► openai/gpt-4o');
  });

  it('or was never there, is waited for', () => {
    expect(frameOf(stateOf(undefined, 80, 24)).join('\n')).toContain(
      '… waiting for the daemon (0s)   fix: gw start',
    );
  });
});

describe('the figures', () => {
  it('are dashes while there are none, never NaN or undefined', () => {
    const counters = { live: 0, total: 0, served: 0, failed: 0, cut: 0, gone: 0, failovers: 0, dropped: 0 };
    const empty = status({ counters, latency: { perMinute: 0 }, providers: [], routes: [] });
    const text = frameOf(stateOf({ status: empty, live: [], recent: [], incidents: [] }, 120, 40)).join('\n');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    expect(text).toContain('○ no providers');
    expect(text).toContain('none yet: point a client at http://127.0.0.1:4499/v1');
  });
});

describe('docs/dashboard.md', () => {
  const path = new URL('../../docs/dashboard.md', import.meta.url);

  it.each([
    ['healthy', () => stateOf(demoMoment('healthy'), 100, 34)],
    ['rate limit', () => stateOf(demoMoment('rate limit'), 100, 34)],
    ['outage', () => stateOf(demoMoment('outage'), 100, 34)],
    ['continued', () => stateOf(continuedAlone(), 100, 30, ['enter'])],
    ['offline', () => stateOf(demoMoment('offline'), 100, 34)],
    ['cut stream', () => stateOf({ ...healthy(), recent: [cutTrail(58)] }, 100, 30, ['enter'])],
    ['daemon gone', () => reduce(stateOf(healthy(), 100, 24), { type: 'daemon-gone', at: NOON + 4_000 })],
    ['request', () => stateOf({ ...healthy(), recent: [failedOver(50)] }, 100, 30, ['enter'])],
    ['requests', () => stateOf(healthy(), 160, 40, ['2', 'j', 'j', 'j', 'j', 'j'])],
    ['providers', () => stateOf(outage(), 100, 30, ['3'])],
    ['limits', () => stateOf(limitsTold(), 100, 30, ['3'])],
    ['failovers', () => stateOf(outage(), 100, 24, ['4'])],
    ['cost', () => spentState()],
    ['gateway', () => stateOf(busyGateway(), 100, 30, ['7'])],
  ] as const)('shows the screen as it is: %s', (name, state) => {
    const frame = frameOf(state()).map((line) => line.trimEnd());
    const block = `<!-- screen: ${name} -->\n\n\`\`\`\n${frame.join('\n').trimEnd()}\n\`\`\`\n`;
    const page = readFileSync(path, 'utf8');
    // Written anew after a change that was looked at: GW_WRITE_SCREENS=1 npx vitest run test/tui/frames.test.ts
    if (process.env['GW_WRITE_SCREENS'] === '1') writeFileSync(path, withBlock(page, name, block));
    else expect(page).toContain(block);
  });
});

/** The demo with nothing on its list but the last answer that was continued. */
function continuedAlone(): Snapshot {
  const moment = demoMoment('continued');
  return {
    ...moment,
    live: [],
    recent: moment.recent.filter(({ continued }) => continued === true).slice(0, 1),
  };
}

function withBlock(page: string, name: string, block: string): string {
  const start = page.indexOf(`<!-- screen: ${name} -->`);
  if (start === -1) throw new Error(`docs/dashboard.md has no place for the screen ${name}`);
  const fence = page.indexOf('```', start);
  const end = page.indexOf('\n```\n', fence + 3) + '\n```\n'.length;
  return page.slice(0, start) + block + page.slice(end);
}

function spentState(): ReturnType<typeof stateOf> {
  const tally = new SpendingTally(NOON - 86_400_000);
  for (const trail of healthy().recent) tally.add({ ...trail, costUsd: trail.failover ? 0.0021 : 0.0065 });
  tally.add({
    ...cutTrail(70),
    costUsd: 0.004,
    attempts: cutTrail(70).attempts.map((attempt) => ({ ...attempt, costUsd: 0.004 })),
  });
  return reduce(stateOf(healthy(), 100, 24, ['5']), {
    type: 'deed-done',
    result: { is: 'spending', spending: tally.spending },
  });
}

function scrolled(state: ReturnType<typeof stateOf>, times: number): ReturnType<typeof stateOf> {
  return Array.from({ length: times }).reduce<typeof state>(
    (before) => reduce(before, { type: 'key-pressed', key: 'down' }),
    state,
  );
}
