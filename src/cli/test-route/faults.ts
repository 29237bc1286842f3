import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { parseSimulatedFault } from '../../simulator/index.ts';
import { CommandError, EXIT } from '../error.ts';

/** A fault a drill can simulate, under a name a person would use. */
export interface DrillFault {
  readonly name: string;
  /** In the simulator's notation. */
  readonly text: string;
  readonly summary: string;
  /** How it is asked for unless told otherwise: some faults only show in a stream. */
  readonly stream: boolean;
  /** Part of every drill, not only on request. */
  readonly usual: boolean;
  /** The answer breaks in the middle, so that the caller must be told. */
  readonly cuts: boolean;
}

/** What can be simulated, best known first. */
export const DRILL_FAULTS: readonly DrillFault[] = [
  row('429', '429;retry-after=60', 'rate limited, come back in a minute', { stream: true, usual: true }),
  row('503', '503', 'overloaded', { usual: true }),
  row('timeout', 'stall@accept', 'takes the request and says nothing', { usual: true }),
  row('reset', 'reset@accept', 'the connection breaks before any answer', { stream: true, usual: true }),
  row('stall', 'stall@headers', 'sends its headers, and then nothing', { stream: true, usual: true }),
  row('500', '500', 'an error of the server'),
  row('529', '529', "overloaded, in Anthropic's words"),
  row('401', '401', 'the key is refused'),
  row('quota', '429;type=insufficient_quota', 'the account is out of credit'),
  row('404', '404;code=model_not_found', 'the model is not there'),
  row('garbled', 'html-200', 'a web page instead of an answer'),
  row('empty', 'empty-200', 'a 200 with nothing in it'),
  row('cut', 'cut@token=4', 'the answer breaks off in the middle: the next target goes on with it', {
    stream: true,
    cuts: true,
  }),
];

/** A fault and the position it is for; without one it goes through every position in turn. */
export interface WantedFault {
  readonly fault: DrillFault;
  /** Of the target in the route, from 1. */
  readonly at: number | undefined;
}

/** Reads `429@1,timeout@2`: names of the table or the simulator's own notation, each with or without a position. */
export function parseWanted(text: string): readonly WantedFault[] {
  const wanted = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseOne);
  if (wanted.length > 0 && new Set(wanted.map(({ at }) => at === undefined)).size === 1) return wanted;
  throw new CommandError('--simulate takes faults with positions, or faults without.', {
    why:
      wanted.length === 0
        ? 'none was given'
        : 'with positions they fail together; without, each one goes through all positions',
    fix: '--simulate 429@1,timeout@2   or   --simulate 429,timeout',
    exit: EXIT.usage,
  });
}

function parseOne(part: string): WantedFault {
  // The simulator's notation has an `@` of its own, with a word behind it: `stall@headers`, `cut@token=4`.
  const found = /^(.+)@(\d+)$/.exec(part);
  const name = found?.[1] ?? part;
  const at = found?.[2] === undefined ? undefined : Number(found[2]);
  const known = DRILL_FAULTS.find((fault) => fault.name === name);
  if (known) return { fault: known, at };
  const parsed = parseSimulatedFault(name);
  if (parsed.is === 'failed') throw unknownFault(name, parsed.fault);
  const cuts = /^(cut|error-in-200@|fin|reset@token|reset@event)/.test(name);
  return { fault: row(name, name, 'as written', { stream: cuts, cuts }), at };
}

function unknownFault(name: string, why: string): CommandError {
  const meant = nearest(
    name,
    DRILL_FAULTS.map((fault) => fault.name),
  );
  return new CommandError(`There is no fault ${terminalSafe(name)} to simulate.`, {
    why: terminalSafe(why),
    fix:
      meant === undefined
        ? `use one of ${DRILL_FAULTS.map((fault) => fault.name).join(', ')}, or what gw simulate --list-faults shows`
        : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

function row(
  name: string,
  text: string,
  summary: string,
  more: { readonly stream?: boolean; readonly usual?: boolean; readonly cuts?: boolean } = {},
): DrillFault {
  return { name, text, summary, stream: false, usual: false, cuts: false, ...more };
}
