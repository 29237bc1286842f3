import { describe, expect, test } from 'vitest';

import { story } from '../../../src/cli/story/story.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { Unfinished } from '../../../src/daemon/unfinished.ts';
import { sampleTrail } from '../../sample-trail.ts';
import { HeldClock } from './held-clock.ts';

const IDS = ['01aaaaaaaaaaaaaa', '01bbbbbbbbbbbbbb'] as const;

function open() {
  const clock = new HeldClock();
  const live: Trail[] = [];
  const changes: number[] = [];
  const remember = { keep: () => {}, changed: () => void changes.push(clock.now()) };
  const unfinished = new Unfinished({ clock, remember, live: () => live });
  const begin = (id: string, change: Partial<Trail> = {}): Trail => {
    const asked = { target: { provider: 'alpha', model: 'm', key: 'none' }, startMs: 1, waitedMs: 0 };
    const trail = sampleTrail({ id, at: clock.now(), outcome: 'pending', attempts: [asked], ...change });
    live.push(trail);
    unfinished.begun();
    return trail;
  };
  return { clock, live, changes, unfinished, begin };
}

/** What a later daemon makes of what this one wrote. */
function foundLater({ unfinished, clock }: ReturnType<typeof open>): readonly Trail[] {
  const later = open().unfinished;
  const age = { writtenAt: clock.now(), now: clock.now() + 60_000 };
  later.restore(JSON.parse(JSON.stringify(unfinished.snapshot())), age);
  return later.left;
}

describe('what is under way', () => {
  test('is written once it takes longer than a second, and again only when something of it changed', () => {
    const place = open();
    place.begin(IDS[0]);
    expect(place.changes).toEqual([]);
    place.clock.advance(1_000);
    expect(place.changes).toHaveLength(1);
    place.clock.advance(30_000);
    expect(place.changes).toHaveLength(1);
    place.begin(IDS[1]);
    place.clock.advance(2_000);
    expect(place.changes).toHaveLength(2);
    place.live.length = 0;
    place.clock.advance(2_000);
    expect([place.changes.length, place.clock.timers]).toEqual([3, 0]);
  });

  test('is not written when it is quick, and needs one timer however much there is of it', () => {
    const place = open();
    for (let turn = 0; turn < 100; turn++) {
      place.begin(IDS[0]);
      place.live.length = 0;
    }
    expect(place.clock.timers).toBe(1);
    place.clock.advance(5_000);
    expect([place.changes.length, place.clock.timers]).toEqual([0, 0]);
  });

  test('leaves rehearsals out', () => {
    const place = open();
    place.begin(IDS[0], { rehearsal: true });
    place.clock.advance(3_000);
    expect([place.changes.length, place.unfinished.snapshot()]).toEqual([0, []]);
  });
});

describe('what a killed daemon had under way', () => {
  test('is cut where content was delivered, and failed where none was', () => {
    const place = open();
    const target = { provider: 'alpha', model: 'm', key: 'none' };
    const begun = { target, startMs: 5, waitedMs: 0, firstContentMs: 300 };
    place.begin(IDS[0], { stream: true, attempts: [begun] });
    place.begin(IDS[1]);
    place.clock.advance(2_500);
    const left = foundLater(place);
    expect(left.map(({ id, outcome }) => [id, outcome])).toEqual([
      [IDS[0], 'cut'],
      [IDS[1], 'failed'],
    ]);
    for (const trail of left)
      expect(trail).toMatchObject({
        killed: true,
        message: 'gw was killed while it was under way',
        totalMs: 2_500,
      });
  });

  test('is told by gw why as nobody’s fault', () => {
    const place = open();
    place.begin(IDS[1]);
    place.clock.advance(2_500);
    const [trail] = foundLater(place);
    if (trail === undefined) throw new Error('nothing was found');
    const text = story(trail, { width: 200, style: makeStyle({}, false) }, 0).join('\n');
    expect(text).toContain('gw was killed when this had been under way for at least 2.50s');
    expect(text).toContain('it ended with gw; this counts against nobody');
    expect(text).toContain('ask again');
    expect(text).not.toContain('still running');
  });

  test.each([
    undefined,
    'x',
    [null, 3, {}, { id: '../../etc', at: 1, attempts: [], plan: [], client: {} }],
    [{ id: IDS[0], at: 1, attempts: [null], plan: [], client: {} }],
  ])('is not believed where it is no such thing: %j', (stored) => {
    const { unfinished } = open();
    unfinished.restore(stored, { writtenAt: 1, now: 2 });
    expect(unfinished.left).toEqual([]);
  });
});
