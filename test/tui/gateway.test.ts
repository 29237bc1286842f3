import { describe, expect, it } from 'vitest';

import type { Snapshot, Status } from '../../src/control/index.ts';
import { displayWidth } from '../../src/lib/display-width.ts';
import { type Facts, noFacts } from '../../src/tui/feed/facts.ts';
import { narrate } from '../../src/tui/narration/notes.ts';
import { noteText } from '../../src/tui/narration/text.ts';
import { reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { busyGateway } from './moments.ts';
import { healthy, NOON } from './scenes.ts';

function withStatus(more: Partial<Status>): Snapshot {
  const scene = healthy();
  return { ...scene, status: { ...scene.status, ...more } };
}

function shown(scene: Snapshot, columns: number, rows: number, keys: readonly string[] = ['7']): string {
  return frameOf(stateOf(scene, columns, rows, keys)).join('\n');
}

describe('the screen about gw itself', () => {
  it('says where it listens, how full it is, what it keeps and tells, and what is to be done', () => {
    const text = shown(busyGateway(), 120, 40);
    expect(text).toMatch(/listens on +http:\/\/127\.0\.0\.1:4499 +socket \/run\/user\/1000\/gw\.sock/);
    expect(text).toMatch(/under way +█+░* 180 of 200 +3 waiting +12 turned away/);
    expect(text).toMatch(/ local +█{12} 4 of 4 +3 waiting/);
    expect(text).toMatch(
      /cache +answered 31 of 120 +4 shared a call +2 stale when all failed +\$0\.1240 saved/,
    );
    expect(text).toContain('in memory 18, 340 kB');
    expect(text).toContain('kept of requests in which something failed');
    expect(text).toMatch(/recording +● checkout +for 12s +4 exchanges, 1 left out +of route chat/);
    expect(text).toContain('✗ not taken: connect ECONNREFUSED');
    expect(text).toContain('7 requests not told of');
    expect(text).toContain('▲ the OpenTelemetry collector does not take all');
    expect(text).toContain('fix: start the collector');
  });

  it('is calm where nothing of that is in use', () => {
    const text = shown(withStatus({}), 100, 30);
    expect(text).toMatch(/under way +2 +0 waiting/);
    expect(text).toContain('no request asked for one since the start');
    expect(text).toMatch(/recording +none/);
    expect(text).toContain('nothing is sent');
    expect(text).toContain('✓ nothing');
    expect(text).not.toMatch(/undefined|NaN/);
  });

  it.each([
    [60, 12],
    [80, 20],
    [140, 36],
  ])('fits %i × %i, and its end can be reached', (columns, rows) => {
    const state = stateOf(busyGateway(), columns, rows, ['7', 'end']);
    const frame = frameOf(state);
    expect(frame.length).toBe(rows);
    for (const line of frame) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
    expect(frame.join('\n')).toContain('otel.enabled false');
  });

  it('stays within its lines when what was to be done is done', () => {
    const below = stateOf(busyGateway(), 60, 12, ['7', 'end']);
    const calm = withStatus({}).status;
    const after = reduce(below, { type: 'delta-received', at: NOON, delta: { at: NOON, status: calm } });
    expect(frameOf(after).join('\n')).toContain('✓ nothing');
  });
});

describe('the header', () => {
  it('says at every size that somebody records, and on roomy ones who waits and what the cache is worth', () => {
    for (const columns of [60, 80, 120]) {
      expect(frameOf(stateOf(busyGateway(), columns, 24))[0]).toContain('● recording');
    }
    const figures = frameOf(stateOf(busyGateway(), 140, 40))[1];
    // Three for room at gw, three at a provider.
    expect(figures).toContain('6 waiting');
    expect(figures).toContain('12 turned away');
    expect(figures).toContain('25.8% from cache');
    const calm = frameOf(stateOf(healthy(), 140, 40))
      .slice(0, 2)
      .join('\n');
    expect(calm).not.toMatch(/recording|waiting|turned away|cache/);
  });
});

describe('without a terminal', () => {
  it('tells when a recording begins and ends, once', () => {
    const hear = (facts: Facts, scene: Snapshot) =>
      narrate(facts, { type: 'delta-received', at: NOON, delta: { at: NOON, status: scene.status } });
    const begin = narrate(noFacts(NOON), { type: 'snapshot-received', at: NOON, snapshot: healthy() });
    const begun = hear(begin.facts, busyGateway());
    const same = hear(begun.facts, busyGateway());
    const ended = hear(same.facts, healthy());
    expect([...begun.notes, ...same.notes, ...ended.notes].map(noteText)).toEqual([
      expect.stringContaining('▲ problem'),
      '12:00:00  ● recording  checkout: prompts and answers go into its file (fix: gw record stop)',
      '12:00:00  ○ recorded   checkout ended',
    ]);
  });
});
