import { describe, expect, it } from 'vitest';

import type { Snapshot } from '../../src/control/index.ts';
import type { ChaosView } from '../../src/core/chaos.ts';
import { noFacts } from '../../src/tui/feed/facts.ts';
import { narrate } from '../../src/tui/narration/notes.ts';
import { noteText } from '../../src/tui/narration/text.ts';
import { type AppState, reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { failedOver, GROQ, healthy, NOON, OPENAI, served } from './scenes.ts';

const RUNNING: ChaosView = {
  provider: 'openai',
  fault: '503',
  rate: 0.2,
  startsAt: NOON - 48_000,
  endsAt: NOON + 252_000,
  asks: false,
  attempts: 40,
  injected: 8,
};

function under(chaos: readonly ChaosView[]): Snapshot {
  const calm = healthy();
  return { ...calm, status: { ...calm.status, chaos } };
}

function pressed(state: AppState, ...keys: readonly string[]): AppState {
  return keys.reduce((before, key) => reduce(before, { type: 'key-pressed', key }), state);
}

describe('while something fails on purpose', () => {
  it.each([
    [200, 60],
    [120, 40],
    [100, 24],
    [80, 20],
    [60, 12],
  ])('%d × %d says so at the top', (columns, rows) => {
    const head = frameOf(stateOf(under([RUNNING]), columns, rows))
      .slice(0, 4)
      .join('\n');
    expect(head).toContain('▲ chaos: openai fails on purpose');
    expect(head).toContain('fix: gw chaos stop');
  });

  it('one line says so too', () => {
    expect(frameOf(stateOf(under([RUNNING]), 59, 8)).join('')).toContain('▲ chaos: openai');
  });

  it('the rate, the end and how many more are told where there is room', () => {
    const two = under([RUNNING, { ...RUNNING, provider: 'groq', model: 'm' }]);
    expect(frameOf(stateOf(two, 140, 36)).join('\n')).toContain(
      '▲ chaos: openai fails on purpose (503, 20% of the attempts), ends in 4m12s (and 1 more)',
    );
  });
});

describe('on the screen of providers', () => {
  it('c puts together what one of them fails with, and nothing happens before it is agreed to', () => {
    const chosen = pressed(stateOf(healthy(), 100, 30, ['3']), 'c', 'j', 'r', 'r', 't');
    expect(chosen.screen).toMatchObject({ is: 'chaos', provider: 'openai' });
    expect(frameOf(chosen).join('\n')).toContain('› 429');
    const asked = pressed(chosen, 'enter');
    expect(asked.wanted).toEqual([]);
    expect(asked.prompt).toMatchObject({
      question: 'have openai fail under live traffic: 429, 20% of the attempts, for 1 min?',
    });
    expect(pressed(asked, 'y').wanted).toEqual([
      { is: 'start-chaos', provider: 'openai', fault: '429', rate: 0.2, forMs: 60_000 },
    ]);
    expect(pressed(asked, 'n').wanted).toEqual([]);
  });

  it('takes a fault that is typed, and one model alone', () => {
    const typed = pressed(
      stateOf(healthy(), 100, 30, ['3']),
      'c',
      'm',
      '/',
      'ctrl+u',
      'd',
      'n',
      's',
      'enter',
    );
    expect(pressed(typed, 'enter', 'y').wanted).toEqual([
      { is: 'start-chaos', provider: 'openai', model: 'gpt-4o', fault: 'dns', rate: 1, forMs: 300_000 },
    ]);
  });

  it('c ends what runs there, once that is agreed to', () => {
    const asked = pressed(stateOf(under([RUNNING]), 100, 30, ['3']), 'c');
    expect(asked.prompt).toMatchObject({ question: 'leave openai in peace again?' });
    expect(pressed(asked, 'y').wanted).toEqual([{ is: 'stop-chaos', provider: 'openai' }]);
  });
});

describe('without a terminal', () => {
  it('a problem that only lasts longer is told once', () => {
    const offline = (seconds: number): Snapshot => {
      const calm = healthy();
      const problems = [{ message: `this computer has been offline for ${seconds}s: no route` }];
      return { ...calm, status: { ...calm.status, problems } };
    };
    const first = narrate(noFacts(NOON), { type: 'snapshot-received', at: NOON, snapshot: offline(1) });
    const { status } = offline(2);
    const later = narrate(first.facts, { type: 'delta-received', at: NOON, delta: { at: NOON, status } });
    expect(later.notes).toEqual([]);
  });

  it('a line says that chaos began, and one that it is over', () => {
    const began = narrate(noFacts(NOON), { type: 'snapshot-received', at: NOON, snapshot: under([RUNNING]) });
    expect(began.notes.map(noteText).join('\n')).toContain(
      '▲ chaos      chaos: openai fails on purpose (503, 20% of the attempts), ends in 4m12s (fix: gw chaos stop)',
    );
    const { status } = healthy();
    const over = narrate(began.facts, { type: 'delta-received', at: NOON, delta: { at: NOON, status } });
    expect(over.notes).toEqual([{ event: 'chaos-ended', at: NOON, chaos: RUNNING }]);
  });
});

describe('the failovers that gw chaos made', () => {
  const onPurpose = failedOver(58, 'upstream_overloaded', {
    attempts: failedOver(58).attempts.map((attempt) =>
      attempt.fault === undefined ? attempt : { ...attempt, injected: '503' },
    ),
  });
  const leftAlone = served(56, {
    failover: true,
    plan: [{ target: OPENAI, skipped: 'left alone for another 2s (gw chaos)' }, { target: GROQ }],
    served: GROQ,
  });
  const note = '2 of the last 3 failed over because of gw chaos: not listed';
  const scene = { ...healthy(), recent: [onPurpose, served(57), leftAlone] };

  it('are said not to be listed, beside those that are', () => {
    for (const keys of [[], ['4']]) {
      const text = frameOf(stateOf(scene, 120, 40, keys)).join('\n');
      expect(text).toContain(note);
      expect(text).toContain('rate limited');
    }
  });

  it('do not pass for none where nothing else is', () => {
    const text = frameOf(stateOf({ ...scene, incidents: [] }, 100, 30, ['4'])).join('\n');
    expect(text).toContain('none: no first target failed by itself');
    expect(text).toContain(note);
  });

  it('are no matter while there are none', () => {
    expect(frameOf(stateOf(healthy(), 120, 40, ['4'])).join('\n')).not.toContain('because of gw chaos');
  });
});
