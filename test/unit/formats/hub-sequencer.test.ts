import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent, OpenedPart } from '../../../src/core/answer.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { PartSequencer } from '../../../src/formats/hub/sequencer.ts';

type Step =
  | { readonly do: 'open' }
  | { readonly do: 'delta'; readonly text: string }
  | { readonly do: 'close' };

interface Lane {
  readonly part: OpenedPart;
  readonly steps: readonly Step[];
}

const CALL: OpenedPart = { kind: 'call', id: 'c', name: 'f' };

/** A text cut anywhere, empty pieces included. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...places]
    .map((place) => (text.length === 0 ? 0 : place % (text.length + 1)))
    .sort((a, b) => a - b);
  return [0, ...at].map((start, index) => text.slice(start, at[index] ?? text.length));
}

const anyLane: fc.Arbitrary<Lane> = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constant<OpenedPart>({ kind: 'text' }), fc.string()),
      fc.tuple(fc.constant<OpenedPart>({ kind: 'reasoning' }), fc.string()),
      // Arguments of a call: a JSON object, whole or broken off.
      fc.tuple(
        fc.constant(CALL),
        fc
          .tuple(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), fc.option(fc.nat()))
          .map(([value, end]) => JSON.stringify(value).slice(0, end ?? undefined)),
      ),
      fc.tuple(fc.constant<OpenedPart>({ ...CALL, custom: true }), fc.string()),
    ),
    fc.array(fc.nat(), { maxLength: 4 }),
  )
  .map(([[part, text], places]) => ({
    part,
    steps: [
      { do: 'open' },
      ...cut(text, places).map((piece) => ({ do: 'delta', text: piece }) as const),
      { do: 'close' },
    ],
  }));

/** Which lane goes on next, over and over. */
const anyOrder = fc.infiniteStream(fc.nat());

function run(lanes: readonly Lane[], order: Iterator<number>): AnswerEvent[] {
  const sequencer = new PartSequencer<number>();
  const events: AnswerEvent[] = [];
  const next = lanes.map(() => 0);
  const left = (): number[] =>
    lanes.flatMap(({ steps }, lane) => ((next[lane] ?? 0) < steps.length ? [lane] : []));
  for (let open = left(); open.length > 0; open = left()) {
    const { value } = order.next();
    const lane = open[Number(value) % open.length] ?? 0;
    const step = lanes[lane]?.steps[next[lane] ?? 0];
    const part = lanes[lane]?.part;
    next[lane] = (next[lane] ?? 0) + 1;
    if (!step || !part) continue;
    if (step.do === 'open') events.push(...sequencer.open(lane, part));
    else if (step.do === 'delta') events.push(...sequencer.delta(lane, step.text));
    else events.push(...sequencer.close(lane));
  }
  return [...events, ...sequencer.closeAll()];
}

function expectGrammar(events: readonly AnswerEvent[]): void {
  let open = false;
  for (const { is } of events) {
    expect(open).toBe(is !== 'open');
    if (is === 'open') open = true;
    else if (is === 'close') open = false;
  }
  expect(open).toBe(false);
}

function textOf({ steps }: Lane): string {
  return steps.map((step) => (step.do === 'delta' ? step.text : '')).join('');
}

describe('parts that grow at the same time', () => {
  it('come one after the other, each with its own text, however they were interleaved', () => {
    fc.assert(
      fc.property(fc.array(anyLane, { maxLength: 5 }), anyOrder, (lanes, order) => {
        const events = run(lanes, order);
        expectGrammar(events);
        const came = foldAnswer(events).parts.map((part) => {
          if (part.kind === 'call') return [part.kind, part.custom === true, part.arguments];
          return [part.kind, false, part.kind === 'text' || part.kind === 'reasoning' ? part.text : ''];
        });
        const told = lanes.map((lane) => [
          lane.part.kind,
          lane.part.kind === 'call' && lane.part.custom === true,
          textOf(lane),
        ]);
        expect(came.map(String).sort()).toEqual(told.map(String).sort());
      }),
    );
  });

  it('come in the order in which they opened', () => {
    const sequencer = new PartSequencer<string>();
    const events = [
      ...sequencer.open('a', { ...CALL, id: 'a' }),
      ...sequencer.open('b', { ...CALL, id: 'b' }),
      ...sequencer.delta('b', '{}'),
      ...sequencer.close('b'),
      ...sequencer.delta('a', '{}'),
      ...sequencer.close('a'),
    ];
    expect(foldAnswer(events).parts).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });

  it('do not wait when nothing is before them', () => {
    const sequencer = new PartSequencer<string>();
    expect(sequencer.open('a', { kind: 'text' })).toEqual([{ is: 'open', part: { kind: 'text' } }]);
    expect(sequencer.delta('a', 'x')).toEqual([{ is: 'delta', text: 'x' }]);
    expect(sequencer.close('a')).toEqual([{ is: 'close' }]);
  });

  it('do not wait for calls whose arguments are whole, however many', () => {
    const sequencer = new PartSequencer<string>();
    sequencer.open('a', CALL);
    sequencer.open('b', CALL);
    sequencer.delta('b', '{"b":"}"}');
    sequencer.delta('a', '{"a":[{}');
    sequencer.delta('a', ']}');
    const events = sequencer.open('t', { kind: 'text' });
    expect(events.map(({ is }) => is)).toEqual(['close', 'open', 'delta', 'close', 'open']);
    expect(sequencer.delta('t', 'now')).toEqual([{ is: 'delta', text: 'now' }]);
  });

  it('wait for a call whose arguments only look whole', () => {
    const sequencer = new PartSequencer<string>();
    sequencer.open('a', CALL);
    sequencer.delta('a', '{"a":"{}');
    expect(sequencer.open('t', { kind: 'text' })).toEqual([]);
    sequencer.delta('a', '"}');
    expect(sequencer.closeAll().map(({ is }) => is)).toEqual(['close', 'open', 'close']);
  });

  it('keep their state and citations', () => {
    const sequencer = new PartSequencer<string>();
    const state = { format: 'gemini', kind: 'signature', data: 's' } as const;
    const events = [
      ...sequencer.open('a', { kind: 'text' }),
      ...sequencer.open('b', { kind: 'text' }),
      ...sequencer.opaque('b', state),
      ...sequencer.citation('b', { url: 'https://b.example' }),
      ...sequencer.citation('a', { url: 'https://a.example' }),
      ...sequencer.closeAll(),
      ...sequencer.opaque('gone', state),
    ];
    expect(foldAnswer(events).parts).toEqual([
      { kind: 'text', text: '', citations: [{ url: 'https://a.example' }] },
      { kind: 'text', text: '', citations: [{ url: 'https://b.example' }], opaque: [state] },
    ]);
  });
});
