import type { RecordingView } from '../../core/cassette.ts';
import { chaosPlace, type ChaosView } from '../../core/chaos.ts';
import type { Trail } from '../../core/trail.ts';
import { absorb, type Facts, type FeedEvent } from '../feed/facts.ts';
import { type TargetRow, targetRows, type TargetState } from '../present/target-state.ts';

/** One thing worth a line where there is no terminal to draw on. The shape of `gw dash --json`. */
export type Note =
  | {
      readonly event: 'daemon-found';
      readonly at: number;
      readonly address: string;
      readonly version: string;
      readonly profile: string;
    }
  | { readonly event: 'daemon-gone'; readonly at: number }
  | {
      readonly event: 'target-changed';
      readonly at: number;
      readonly target: string;
      readonly state: TargetState;
      readonly until?: number;
      readonly why?: string;
    }
  | { readonly event: 'problem-found'; readonly at: number; readonly message: string; readonly fix?: string }
  /** Something fails on purpose from now on, or no longer. */
  | { readonly event: 'chaos-started' | 'chaos-ended'; readonly at: number; readonly chaos: ChaosView }
  /** What is asked is written into a file from now on, or no longer. */
  | {
      readonly event: 'recording-started' | 'recording-ended';
      readonly at: number;
      readonly recording: RecordingView;
    }
  | { readonly event: 'exchange-ended'; readonly at: number; readonly trail: Trail };

/** Takes in one event; answers with the new facts and what there is to say about the change. */
export function narrate(
  before: Facts,
  event: FeedEvent,
): { readonly facts: Facts; readonly notes: readonly Note[] } {
  const facts = absorb(before, event);
  return {
    facts,
    notes: [
      ...linkNotes(before, facts, event.at),
      ...targetNotes(before, facts, event.at),
      ...problemNotes(before, facts, event.at),
      ...chaosNotes(before, facts, event.at),
      ...recordingNotes(before, facts, event.at),
      ...endedNotes(event),
    ],
  };
}

function linkNotes(before: Facts, { link, status }: Facts, at: number): readonly Note[] {
  if (link.is === before.link.is || status === undefined) return [];
  if (link.is === 'gone') return [{ event: 'daemon-gone', at }];
  const { address, version, profile } = status;
  return [{ event: 'daemon-found', at, address, version, profile }];
}

/** `serving` comes and goes with every request: for the story of a target it is as good as `ready`. */
function targetNotes(before: Facts, after: Facts, at: number): readonly Note[] {
  if (after.status === undefined) return [];
  const known = new Map((before.status ? targetRows(before.status) : []).map((row) => [row.id, row.state]));
  return targetRows(after.status)
    .filter(({ id, state }) => plainly(known.get(id) ?? 'idle') !== plainly(state))
    .map((row) => targetNote(row, at));
}

function targetNote({ name, state, until, note }: TargetRow, at: number): Note {
  return {
    event: 'target-changed',
    at,
    target: name,
    state,
    ...(until === undefined ? {} : { until }),
    ...(note === '' ? {} : { why: note }),
  };
}

function problemNotes(before: Facts, after: Facts, at: number): readonly Note[] {
  const known = new Set(before.status?.problems.map(({ message }) => withoutFigures(message)));
  return (after.status?.problems ?? [])
    .filter(({ message }) => !known.has(withoutFigures(message)))
    .map((problem) => ({ event: 'problem-found', at, ...problem }));
}

/** How long something lasts by now makes no new problem of it. */
function withoutFigures(message: string): string {
  return message.replace(/\d[\d.]*/g, '#');
}

function chaosNotes(before: Facts, after: Facts, at: number): readonly Note[] {
  if (after.status === undefined || after.link.is !== 'live') return [];
  const [was, is] = [before.status?.chaos ?? [], after.status.chaos ?? []];
  const missing = (from: readonly ChaosView[], chaos: ChaosView): boolean =>
    !from.some((view) => chaosPlace(view) === chaosPlace(chaos) && view.startsAt === chaos.startsAt);
  return [
    ...was.filter((view) => missing(is, view)).map((chaos): Note => ({ event: 'chaos-ended', at, chaos })),
    ...is.filter((view) => missing(was, view)).map((chaos): Note => ({ event: 'chaos-started', at, chaos })),
  ];
}

function recordingNotes(before: Facts, after: Facts, at: number): readonly Note[] {
  if (after.status === undefined || after.link.is !== 'live') return [];
  const [was, is] = [before.status?.recordings ?? [], after.status.recordings ?? []];
  const missing = (from: readonly RecordingView[], { name, startedAt }: RecordingView): boolean =>
    !from.some((view) => view.name === name && view.startedAt === startedAt);
  const ended = was.filter((view) => missing(is, view));
  const begun = is.filter((view) => missing(was, view));
  return [
    ...ended.map((recording): Note => ({ event: 'recording-ended', at, recording })),
    ...begun.map((recording): Note => ({ event: 'recording-started', at, recording })),
  ];
}

function endedNotes(event: FeedEvent): readonly Note[] {
  if (event.type !== 'delta-received') return [];
  const { ended = [] } = event.delta;
  return ended.map((trail) => ({ event: 'exchange-ended', at: trail.at + (trail.totalMs ?? 0), trail }));
}

function plainly(state: TargetState): TargetState {
  return state === 'serving' || state === 'idle' ? 'ready' : state;
}
