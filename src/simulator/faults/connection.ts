import { parseDuration } from '../../lib/duration.ts';
import type { FaultPart, FaultRow } from '../fault-row.ts';
import { type Beat, PLACES, type Place, type Script, bodyLength, breakAt } from '../script.ts';

export const CONNECTION_FAULTS = {
  stall: {
    group: 'connection',
    summary: 'says nothing more from here on and keeps the socket open',
    example: 'stall@event=3',
    places: PLACES,
    bend: (script, part) => breakAt(script, placeOf(part), [{ is: 'stall' }]),
  },
  reset: {
    group: 'connection',
    summary: 'resets the connection (RST) here',
    example: 'reset@byte=100',
    places: PLACES,
    bend: (script, part) => breakAt(script, placeOf(part), [{ is: 'reset' }]),
  },
  fin: {
    group: 'connection',
    summary: 'closes the connection (FIN) here, in the middle of the body',
    example: 'fin@byte=100',
    places: PLACES,
    bend: (script, part) => breakAt(script, placeOf(part), [{ is: 'fin' }]),
  },
  cut: {
    group: 'connection',
    summary:
      'cuts the answer after so many tokens: by FIN, by RST, or by a tidy end that only the format betrays',
    example: 'cut@token=40;by=end',
    places: ['token', 'event', 'byte', 'finish'],
    options: ['by'],
    optionChoices: { by: ['fin', 'reset', 'end'] },
    bend: (script, part) => cut(script, part),
  },
  'fin-no-terminal': {
    group: 'connection',
    summary:
      'body without declared length, closed before finish reason and [DONE]: for HTTP nothing is wrong',
    example: 'fin-no-terminal',
    bend: (script) => closeBeforeFinish(script),
  },
  'idle-close': {
    group: 'connection',
    summary: 'answers, then closes the kept-alive connection after so long without a request',
    example: 'idle-close=50ms;by=reset',
    value: { kind: 'duration', default: '50ms' },
    options: ['by'],
    optionChoices: { by: ['fin', 'reset'] },
    bend: (script, part) => ({
      ...script,
      idleClose: {
        ms: parseDuration(part.value) ?? 0,
        by: part.options.get('by') === 'reset' ? 'reset' : 'fin',
      },
    }),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** Where a fault happens; the rows that ask this all have places, so there is always one. */
export function placeOf(part: FaultPart): Place {
  return part.place ?? { name: 'headers', count: 0 };
}

function cut(script: Script, part: FaultPart): Script {
  const by = part.options.get('by') ?? 'fin';
  const ending: Beat = by === 'end' ? { is: 'end' } : by === 'reset' ? { is: 'reset' } : { is: 'fin' };
  const broken = breakAt(script, placeOf(part), [ending]);
  if (by !== 'end' || script.framing !== 'length') return broken;
  return { ...broken, headers: { ...script.headers, 'content-length': String(bodyLength(broken.beats)) } };
}

function closeBeforeFinish(script: Script): Script {
  const { 'content-length': _undeclared, ...headers } = script.headers;
  const open: Script = { ...script, headers, framing: 'close', byHand: true };
  return breakAt(open, { name: 'finish', count: 0 }, [{ is: 'fin' }]);
}
