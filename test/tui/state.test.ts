import { describe, expect, it } from 'vitest';

import type { Delta } from '../../src/control/index.ts';
import { absorb, noFacts } from '../../src/tui/feed/facts.ts';
import { moveReading, rowWindow } from '../../src/tui/present/row-window.ts';
import { overviewLayout, PANELS } from '../../src/tui/screens/overview/layout.ts';
import { panelView } from '../../src/tui/screens/overview/panel-view.ts';
import { openable } from '../../src/tui/screens/overview/state.ts';
import { bodyRows } from '../../src/tui/size.ts';
import { type AppState, reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { failedOver, healthy, incident, NOON, outage, running, served, status } from './scenes.ts';

function tell(state: AppState, delta: Omit<Delta, 'at'>): AppState {
  return reduce(state, { type: 'delta-received', at: NOON + 1_000, delta: { at: NOON + 1_000, ...delta } });
}

/** Which row of the focused panel is under the cursor, and what it says. */
function cursor(state: AppState): { readonly row: number; readonly text: string } {
  if (state.screen.is !== 'overview') throw new Error('not on the overview');
  const { screen, size } = state;
  const layout = overviewLayout(size, 3, screen.focus);
  const box = [...layout.top, ...layout.left, ...layout.right].find(({ name }) => name === screen.focus);
  if (box === undefined) throw new Error('the panel is not shown');
  const { selected, rows } = panelView(screen, state, box);
  return { row: selected, text: (rows[selected] ?? []).map(({ text }) => text).join('') };
}

describe('the facts', () => {
  it('put what ended on top of the recent, newest first, and once', () => {
    const begin = absorb(noFacts(NOON), {
      type: 'snapshot-received',
      at: NOON,
      snapshot: { ...healthy(), recent: [served(2), served(1)] },
    });
    const after = absorb(begin, {
      type: 'delta-received',
      at: NOON,
      delta: { at: NOON, ended: [served(2), served(3), served(4)] },
    });
    expect(after.recent.map(({ id }) => id)).toEqual(
      [served(4), served(3), served(2), served(1)].map(({ id }) => id),
    );
  });

  it('stay bounded however long one watches', () => {
    let facts = noFacts(NOON);
    for (let round = 0; round < 50; round++) {
      const ended = Array.from({ length: 100 }, (_, index) => served(round * 100 + index));
      facts = absorb(facts, { type: 'delta-received', at: NOON, delta: { at: NOON, ended } });
    }
    expect(facts.recent.length).toBe(2_000);
    expect(facts.recent[0]?.id).toBe(served(4_999).id);
  });

  it('keep what was seen when a new daemon starts empty', () => {
    const before = absorb(noFacts(NOON), { type: 'snapshot-received', at: NOON, snapshot: outage() });
    const gone = absorb(before, { type: 'daemon-gone', at: NOON + 1 });
    expect(gone.link).toEqual({ is: 'gone', since: NOON + 1 });
    const back = absorb(gone, {
      type: 'snapshot-received',
      at: NOON + 2,
      snapshot: { status: status({ instance: 'i2' }), live: [], recent: [], incidents: [] },
    });
    expect(back.link.is).toBe('live');
    expect(back.recent).toEqual(before.recent);
    expect(back.incidents.map(({ id, over }) => [id, over])).toEqual(
      before.incidents.map(({ id }) => [id, true]),
    );
  });

  it('count what ended while watching, without tests of gw itself', () => {
    const ended = [
      served(1),
      failedOver(2),
      served(3, { outcome: 'failed' }),
      served(4, { outcome: 'cut' }),
      served(5, { rehearsal: true }),
    ];
    const { tally } = absorb(noFacts(NOON), { type: 'delta-received', at: NOON, delta: { at: NOON, ended } });
    expect(tally).toEqual({ ended: 4, served: 2, failovers: 1, failed: 2 });
  });
});

describe('reading in a list', () => {
  it('keeps the row under the cursor on its line while new ones arrive above', () => {
    const reading = stateOf(healthy(), 100, 30, ['j', 'j', 'j']);
    const before = cursor(reading);
    const after = tell(reading, { ended: [served(70), served(71), served(72)] });
    expect(cursor(after)).toEqual(before);
    expect(before.row).toBe(2);
  });

  it('counts what waits above, and following shows it', () => {
    const later = tell(stateOf(healthy(), 100, 30, ['j']), { ended: [served(70), served(71)] });
    if (later.screen.is !== 'overview') throw new Error('left the overview');
    const box = { name: 'requests', columns: 100, rows: 10 } as const;
    const head = panelView(later.screen, later, box)
      .head.map(({ text }) => text)
      .join('');
    expect(head).toContain('▲ 2 new');
    const following = reduce(later, { type: 'key-pressed', key: 'escape' });
    if (following.screen.is !== 'overview') throw new Error('left the overview');
    expect(panelView(following.screen, following, box).rows[0]?.[1]?.text).toContain('12:00:11');
  });

  it('keeps a request that ended where it was, until the cursor leaves', () => {
    const scene = { ...healthy(), live: [running(1), running(2), running(3)] };
    const reading = stateOf(scene, 100, 30, ['tab', 'tab', 'j', 'j']);
    const before = cursor(reading);
    expect(before.text).toContain('streaming');
    const after = tell(reading, { live: [running(3), running(4)], ended: [served(1), served(2)] });
    expect(cursor(after).row).toBe(before.row);
    expect(cursor(after).text).toContain('✓ served');
    const opened = reduce(after, { type: 'key-pressed', key: 'enter' });
    expect(opened.screen.is === 'request' && opened.screen.trail.id).toBe(served(2).id);
    expect(reduce(after, { type: 'key-pressed', key: 'escape' }).facts.live.length).toBe(2);
  });

  it('ends when its row is gone for good', () => {
    const reading = stateOf(healthy(), 100, 30, ['tab', 'j', 'j', 'j']);
    const after = tell(reading, { status: status({ providers: [] }) });
    expect(after.screen).toMatchObject({ reading: undefined });
  });

  it('scrolls only when the cursor would leave the panel', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const at = (steps: readonly number[]) =>
      steps.reduce<ReturnType<typeof moveReading>>(
        (reading, step) => moveReading(ids, 3, reading, step),
        undefined,
      );
    const windowAt = (steps: readonly number[]) => rowWindow(ids, 3, at(steps));
    expect(windowAt([1, 1, 1])).toMatchObject({ start: 0, selected: 2 });
    expect(windowAt([1, 1, 1, 1])).toMatchObject({ start: 1, selected: 3 });
    expect(windowAt([1, 1, 1, 1, -1])).toMatchObject({ start: 1, selected: 2 });
    expect(windowAt([Infinity])).toMatchObject({ start: 2, end: 5, selected: 4 });
    expect(windowAt([Infinity, -Infinity])).toMatchObject({ start: 0, selected: 0 });
    expect(moveReading([], 3, undefined, 1)).toBeUndefined();
  });
});

describe('enter', () => {
  it('opens the latest request of a failover', () => {
    const scene = {
      ...healthy(),
      incidents: [incident(1)],
      recent: [served(9), failedOver(8), failedOver(7)],
    };
    const opened = stateOf(scene, 100, 30, ['tab', 'tab', 'tab', 'enter']);
    expect(opened.screen.is === 'request' && opened.screen.trail.id).toBe(failedOver(8).id);
  });

  it('opens the latest request that a target was asked for', () => {
    const scene = { ...healthy(), live: [], recent: [served(9), failedOver(8)] };
    const opened = stateOf(scene, 100, 30, ['tab', 'j', 'j', 'enter']);
    expect(opened.screen.is === 'request' && opened.screen.trail.id).toBe(failedOver(8).id);
  });

  it('has nothing to open for a target that was never asked', () => {
    const state = stateOf(healthy(), 100, 30, ['tab', 'G']);
    if (state.screen.is !== 'overview') throw new Error('left the overview');
    expect(openable({ screen: state.screen, world: state })).toBeUndefined();
  });

  it('shows a running request as it goes on, and keeps it when the daemon forgets it', () => {
    const opened = stateOf({ ...healthy(), live: [running(5)] }, 100, 30, ['tab', 'tab', 'enter']);
    const ended = tell(opened, { live: [], ended: [served(5)] });
    expect(ended.screen.is === 'request' && ended.screen.trail.outcome).toBe('served');
    const forgotten = reduce(ended, {
      type: 'snapshot-received',
      at: NOON,
      snapshot: { ...healthy(), live: [], recent: [] },
    });
    expect(forgotten.screen.is === 'request' && forgotten.screen.trail.id).toBe(served(5).id);
  });

  it('and back again leads to the row one came from', () => {
    const there = stateOf(healthy(), 100, 30, ['j', 'j', 'enter']);
    const back = reduce(tell(there, { ended: [served(80)] }), { type: 'key-pressed', key: 'escape' });
    expect(cursor(back)).toEqual(cursor(stateOf(healthy(), 100, 30, ['j', 'j'])));
  });
});

describe('the layout', () => {
  it('gives every panel at least a row, and fills the body, at every size', () => {
    for (let columns = 60; columns <= 200; columns += 10) {
      for (let rows = 12; rows <= 60; rows++) {
        for (const targets of [0, 1, 3, 30]) {
          const { top, left, right, gap, chart } = overviewLayout({ columns, rows }, targets, 'live');
          const boxes = [...top, ...left, ...right];
          expect(Math.min(...boxes.map((box) => box.rows)), `${columns}×${rows}`).toBeGreaterThan(0);
          const height = (stack: typeof top): number =>
            stack.reduce((sum, box) => sum + box.rows + 1 + gap, -gap);
          const total = left.length > 0 ? height(top) + gap + height(left) : height(top);
          const below = chart === 0 ? 0 : chart + 1;
          expect(total + below, `${columns}×${rows}, ${targets} targets`).toBe(bodyRows({ columns, rows }));
          if (left.length > 0) expect(height(right)).toBe(height(left));
          if (boxes.length > 1) expect(new Set(boxes.map(({ name }) => name))).toEqual(new Set(PANELS));
        }
      }
    }
  });
});

describe('a demo', () => {
  it('says what it has on, where it would be seen, unless something is really wrong', () => {
    const told = reduce(stateOf(healthy(), 100, 24), {
      type: 'scene-changed',
      scene: { text: 'sim-openai answers 503: overloaded.', calm: false },
    });
    expect(frameOf(told)[3]).toContain('▲ demo: sim-openai answers 503: overloaded.');
    const gone = reduce(told, { type: 'daemon-gone', at: NOON });
    expect(frameOf(gone)[3]).toContain('daemon gone');
  });
});
