import { describe, expect, it } from 'vitest';

import { displayWidth, takeColumns } from '../../src/lib/display-width.ts';
import { absorb, noFacts } from '../../src/tui/feed/facts.ts';
import { helpLines } from '../../src/tui/present/help.ts';
import { fitLine, fitText, foreign, lineWidth, span, spread, wrapText } from '../../src/tui/present/line.ts';
import { plainGlyphs } from '../../src/tui/present/plain-glyphs.ts';
import { requestLines } from '../../src/tui/present/request.ts';
import { summaryLines } from '../../src/tui/present/summary.ts';
import { layTable, tableHead, tableRow } from '../../src/tui/present/table.ts';
import { stateWord, targetRows } from '../../src/tui/present/target-state.ts';
import { waterfallLines } from '../../src/tui/present/waterfall.ts';
import { age, bytes, count, countdown, percent, shortCount } from '../../src/tui/present/words.ts';
import { frameOf, stateOf as stateAfter } from './frame.ts';
import {
  failedOver,
  GROQ,
  health,
  healthy,
  NOON,
  OPENAI,
  outage,
  provider,
  running,
  served,
  status,
} from './scenes.ts';

const plain = (line: readonly { text: string }[]): string => line.map(({ text }) => text).join('');

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['模型', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['🚀', 2],
    ['e\u0301', 1],
    ['a\u200Bb', 2],
    ['⚡', 2],
    ['►●○◐‖✗✓↷▲…', 10],
    ['░▒█·─', 5],
  ])('%j takes %d columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('never splits a wide character', () => {
    expect(takeColumns('模型', 3)).toBe('模');
    expect(fitText('模型测试', 6)).toBe('模型… ');
    expect(fitText('模型测试', 5)).toBe('模型…');
  });

  it('of foreign text is what every terminal agrees on', () => {
    expect(foreign('👩‍👩‍👧 🇩🇪 1️⃣ 👍🏽')).toBe('👩👩👧 DE 1 👍');
    expect(foreign('a\u001B[31mb\nc')).toBe('a·[31mb c');
  });
});

describe('lines', () => {
  it('are cut with an ellipsis or filled, to the column', () => {
    for (let columns = 1; columns < 20; columns++) {
      const line = fitLine([span('模型'), span(' abc '), span('efgh')], columns);
      expect(lineWidth(line)).toBe(columns);
      if (columns < 13) expect(plain(line).trimEnd().endsWith('…')).toBe(true);
    }
  });

  it('give up the right part when both do not fit', () => {
    expect(plain(spread([span('left')], [span('right')], 12))).toBe('left   right');
    expect(plain(spread([span('left')], [span('right')], 10))).toBe('left      ');
  });

  it('wrap between words, and inside words that are too long', () => {
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapText('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
    expect(wrapText('模型测试', 3)).toEqual(['模', '型', '测', '试']);
  });
});

describe('tables', () => {
  const columns = [
    { title: 'NAME', width: 6, grow: 1, cell: (row: string) => span(row) },
    { title: 'n', width: 3, align: 'right', drop: 1, cell: () => span('7') },
    { title: 'extra', width: 5, drop: 2, cell: () => span('more') },
  ] as const;

  it('drop the most dispensable column first and give what is left to those that grow', () => {
    expect(plain(tableRow(layTable(columns, 20), 'ab'))).toBe('ab          7  more ');
    expect(plain(tableRow(layTable(columns, 14), 'ab'))).toBe('ab           7');
    expect(plain(tableRow(layTable(columns, 8), 'ab'))).toBe('ab      ');
  });

  it('have heads above their columns', () => {
    const table = layTable(columns, 20);
    expect(plain(tableHead(table, [span('NAME'.padEnd(8))]))).toBe('NAME        n  extra');
  });
});

describe('numbers for people', () => {
  it('never hide the exception', () => {
    expect(percent(9_999, 10_000)).toBe('99.9%');
    expect(percent(1, 100_000)).toBe('0.1%');
    expect([percent(0, 5), percent(5, 5), percent(0, 0)]).toEqual(['0%', '100%', '–']);
  });

  it('stay short', () => {
    expect([count(999), count(1204), count(1_234_567)]).toEqual(['999', '1,204', '1.23M']);
    expect([shortCount(340), shortCount(1240), shortCount(12_400_000)]).toEqual(['340', '1.2k', '12.4M']);
    expect([bytes(340), bytes(1240), bytes(88_000_000)]).toEqual(['340 B', '1.2 kB', '88 MB']);
    expect([age(59_900), age(125_000), age(-5)]).toEqual(['59s', '2m05s', '0s']);
  });

  it('count down to zero and not below', () => {
    expect([countdown(NOON + 400, NOON), countdown(NOON - 1, NOON)]).toEqual(['1s', '0s']);
  });
});

describe('the state of a target', () => {
  const stateOf = (...targets: readonly ReturnType<typeof health>[]) =>
    targetRows(status({ providers: [provider('p', targets)], routes: [] })).map(({ state, note }) => [
      state,
      note,
    ]);

  it('is what a person should know first', () => {
    const until = NOON + 5_000;
    const reason = 'upstream_overloaded' as const;
    expect(stateOf(health(OPENAI))).toEqual([['ready', '']]);
    expect(stateOf(health(OPENAI, { breaker: { is: 'open', until, reason, message: 'm' } }))).toEqual([
      ['open', 'overloaded: m'],
    ]);
    expect(stateOf(health(OPENAI, { cooldown: { reason: 'upstream_refused_key', message: '' } }))).toEqual([
      ['refused', 'refused key'],
    ]);
    expect(stateOf(health(OPENAI, { cooldown: { reason: 'upstream_out_of_credit', message: '' } }))).toEqual([
      ['broke', 'out of credit'],
    ]);
    expect(stateOf(health(OPENAI, { last: { at: NOON, fault: reason, message: 'm' } }))).toEqual([
      ['ready', 'last: overloaded: m'],
    ]);
  });

  it('counts down, and then says that its turn is due', () => {
    const cooldown = { until: NOON + 5_000, reason: 'upstream_rate_limited', message: '' } as const;
    const [row] = targetRows(
      status({ providers: [provider('openai', [health(OPENAI, { cooldown })])], routes: [] }),
    );
    if (row === undefined) throw new Error('there is no row');
    expect([NOON, NOON + 4_001, NOON + 5_000].map((now) => stateWord(row, now))).toEqual([
      'cooling 5s',
      'cooling 1s',
      'cooling, due',
    ]);
  });

  it('of a provider without a key or switched off says so', () => {
    const keys = [{ label: 'env:P_API_KEY', resolved: false }];
    const rows = targetRows(
      status({
        providers: [provider('p', [], { keys }), provider('q', [health(GROQ)], { enabled: false })],
        routes: [],
      }),
    );
    expect(rows.map(({ state, note }) => [state, note])).toEqual([
      ['no-key', 'env:P_API_KEY not set'],
      ['disabled', ''],
    ]);
  });

  it('of a model that nobody asked since the start is told only where a route names it', () => {
    const idle = { attempts: 0, failures: 0, served: 0, live: 0 };
    const rowsOf = (targets: readonly string[]): readonly string[] =>
      targetRows(
        status({
          providers: [provider('openai', [health(OPENAI, idle)])],
          routes: [{ name: 'main', match: ['*'], targets }],
        }),
      ).map(({ name }) => name);
    expect(rowsOf(['openai/gpt-4o'])).toEqual(['openai/gpt-4o']);
    expect(rowsOf(['openai'])).toEqual(['openai']);
  });

  it('tells targets apart that differ in their key alone', () => {
    const second = { ...OPENAI, key: 'env:SECOND' };
    const rows = targetRows(
      status({ providers: [provider('openai', [health(OPENAI), health(second)])], routes: [] }),
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'openai/gpt-4o (env:OPENAI_API_KEY)',
      'openai/gpt-4o (env:SECOND)',
    ]);
  });
});

describe('the summary', () => {
  const told = (more: Parameters<typeof absorb>[1]) => absorb(noFacts(NOON), more);
  const watched = { from: NOON - 590_000, to: NOON };

  it('says in four lines what was watched and what went wrong most', () => {
    const facts = told({ type: 'snapshot-received', at: NOON, snapshot: outage() });
    expect(summaryLines(facts, watched)).toEqual([
      'Dashboard closed; gw keeps running at http://127.0.0.1:4499.',
      'In 9m50s no request ended.',
      'openai/gpt-4o: overloaded, still going on, 12 rescued, 2 lost; 2 more: gw failovers.',
      'One request: gw why <id>   ·   look again: gw dash   ·   stop the daemon: gw stop',
    ]);
  });

  it('says so when nothing went wrong, and when the daemon is gone', () => {
    const lines = summaryLines(noFacts(NOON), watched);
    expect(lines[0]).toContain('was not running');
    expect(lines[2]).toBe('No target failed meanwhile.');
  });
});

describe('ASCII mode', () => {
  it('has a stand-in for every symbol of ours, as wide as it', () => {
    const scenes = [healthy(), outage()];
    const keys = [[], ['2'], ['3'], ['4'], ['6'], ['enter'], ['?']];
    for (const scene of scenes) {
      for (const pressed of keys) {
        for (const line of frameOf(stateAfter(scene, 120, 60, pressed))) {
          const plain = plainGlyphs(line);
          expect(plain).toMatch(/^[ -~]*$/);
          expect(plain, line).not.toContain('?'.repeat(2));
          expect(plain.length).toBe(displayWidth(line));
        }
      }
    }
  });

  it('turns what has no stand-in into question marks of the same width', () => {
    expect(plainGlyphs('模型 é')).toBe('???? ?');
  });
});

describe('the waterfall', () => {
  it.each([60, 80, 120, 200])('fits %d columns and shares one axis', (columns) => {
    const lines = waterfallLines(failedOver(1), columns, NOON).map(plain);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    const [axis = '', first = '', second = '', third = ''] = lines;
    expect(axis).toMatch(/^ATTEMPTS +0 .*1\.84s$/);
    expect(first.indexOf('▒')).toBeLessThan(second.indexOf('▒'));
    expect(second.indexOf('▒')).toBeLessThan(third.indexOf('█'));
    expect(second).toContain('·');
  });

  it('of a running request reaches to now', () => {
    const trail = running(1, { at: NOON - 4_000 });
    expect(plain(waterfallLines(trail, 80, NOON)[0] ?? [])).toContain('4.00s');
    expect(plain(waterfallLines(trail, 80, NOON)[1] ?? [])).toContain('running');
  });
});

describe('the help', () => {
  it('leaves a gap between each symbol and what it means', () => {
    const lines = helpLines([], 100).map((line) => line.map(({ text }) => text).join(''));
    const states = lines.slice(1, lines.indexOf(''));
    expect(states.length).toBeGreaterThan(5);
    for (const line of states) expect(line).toMatch(/^ {2}\S (\S+ )*\S* {2,}\S/);
  });
});

describe('the rate of an answer', () => {
  const rated = (stream: boolean): string =>
    requestLines(served(1, { stream }), 100, NOON)
      .flat()
      .map(({ text }) => text)
      .join('');

  it('is told of a stream, not of an answer that came whole at its end', () => {
    expect(rated(true)).toContain('tokens/s');
    expect(rated(false)).not.toContain('tokens/s');
  });
});
