import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { displayWidth } from '../../src/lib/display-width.ts';
import { HELP_KEYS } from '../../src/tui/screens/help/keys.ts';
import { OVERVIEW_KEYS } from '../../src/tui/screens/overview/keys.ts';
import { REQUEST_KEYS } from '../../src/tui/screens/request/keys.ts';
import { GLOBAL_KEYS, reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.tsx';
import { failedOver, healthy, NOON, outage, running, served, status } from './scenes.ts';

const SIZES = [
  [60, 12],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

describe.each(SIZES)('at %i × %i', (columns, rows) => {
  it('fills the terminal exactly, whatever it shows', () => {
    for (const scene of [healthy(), outage(), undefined]) {
      for (const keys of [[], ['j', 'j'], ['enter'], ['?'], ['tab', 'enter']]) {
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
  const page = readFileSync(new URL('../../docs/dashboard.md', import.meta.url), 'utf8');

  it.each([
    ['healthy', healthy(), []],
    ['outage', outage(), []],
    ['request', { ...healthy(), recent: [failedOver(50)] }, ['enter']],
  ] as const)('shows the screen as it is: %s', (_name, scene, keys) => {
    const frame = frameOf(stateOf(scene, 100, 30, keys)).map((line) => line.trimEnd());
    expect(page).toContain(frame.join('\n').trimEnd());
  });

  it('lists every key of every screen, and no other', () => {
    const tables = {
      overview: OVERVIEW_KEYS,
      request: REQUEST_KEYS,
      help: HELP_KEYS,
      everywhere: GLOBAL_KEYS,
    };
    const expected = Object.entries(tables).flatMap(([screen, keys]) =>
      keys.map(({ shown, help }) => `| ${screen} | \`${shown}\` | ${help} |`),
    );
    expect(page.match(/^\| (overview|request|help|everywhere) \|.*$/gm)).toEqual(expected);
  });
});

function scrolled(state: ReturnType<typeof stateOf>, times: number): ReturnType<typeof stateOf> {
  return Array.from({ length: times }).reduce<typeof state>(
    (before) => reduce(before, { type: 'key-pressed', key: 'down' }),
    state,
  );
}
