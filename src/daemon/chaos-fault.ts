import { CHAOS_WORDS, type ChaosPlay, chaosWord } from '../core/chaos.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { parseDuration } from '../lib/duration.ts';
import { nearest } from '../lib/nearest.ts';
import type { SimulatedFault } from '../simulator/index.ts';

/** A fault that was understood: what it does, and which of the attempts it meets. */
export interface ChaosFault {
  readonly play: ChaosPlay;
  readonly skip: number;
  readonly most: number;
  /** Said in the fault's own text (`503;rate=20%`); 1 when it was not. */
  readonly share: number;
}

type FaultPart = SimulatedFault['parts'][number];
type Play = ChaosPlay | undefined;

/** What the simulator may say in a provider's place: nothing that a caller could take for the model's words. */
const ANSWERED: Readonly<Record<string, (part: FaultPart) => boolean>> = {
  refuse: () => true,
  stall: isBeforeContent,
  reset: isBeforeContent,
  fin: isBeforeContent,
  'error-in-200': isBeforeContent,
  'empty-200': ({ value }) => value !== 'content' && value !== 'choices',
  'html-200': () => true,
  'endless-headers': () => true,
};

/** What is done to the provider's own answer. */
const BENT: Readonly<Record<string, (part: FaultPart) => Play>> = {
  cut: (part) => broken(part, part.options.get('by') ?? 'fin'),
  fin: (part) => broken(part, 'fin'),
  reset: (part) => broken(part, 'reset'),
  stall: (part) => broken(part, 'stall'),
  'slow-headers': ({ value }) => ({ is: 'late', ms: parseDuration(value) ?? 0 }),
  'slow-first-token': slowStart,
  'first-token': slowStart,
  'slow-drip': ({ value }) => ({ is: 'slowed', firstMs: 0, betweenMs: parseDuration(value) ?? 0 }),
};

const ERROR_CODE = /^[A-Z][A-Z_]{3,}$/;

/** Reads a word of `CHAOS_WORDS` or the simulator's notation, as far as it can be put into live traffic. */
export async function parseChaosFault(typed: string): Promise<Outcome<ChaosFault, string>> {
  // The simulator is loaded by those who use it: most daemons never do.
  const { parseSimulatedFault } = await import('../simulator/index.ts');
  const text = spelledOut(typed);
  if (ERROR_CODE.test(text)) {
    return ok({ play: { is: 'unreachable', code: text }, skip: 0, most: Infinity, share: 1 });
  }
  const parsed = parseSimulatedFault(text);
  if (parsed.is === 'failed') return failed(withWords(typed, parsed.fault));
  const { parts } = parsed.value;
  const play = playOf(parts);
  const [first] = parts;
  if (play === undefined || first === undefined) return failed(notHere(typed));
  return ok({ play, skip: first.when.after, most: first.when.first, share: first.when.share });
}

/** A word may be followed by options of what it stands for: `429;rate=20%` is `429`, with a share. */
function spelledOut(typed: string): string {
  const text = typed.trim();
  const whole = chaosWord(text);
  if (whole) return whole.text;
  const [word = '', ...more] = text.split(';');
  const known = /^\d/.test(word) ? undefined : chaosWord(word)?.text;
  return known === undefined || ERROR_CODE.test(known) ? text : [known, ...more].join(';');
}

function playOf(parts: readonly FaultPart[]): Play {
  if (parts.length > 0 && parts.every(isAnswered)) {
    return { is: 'answered', text: parts.map(withoutOccurrence).join('+') };
  }
  const [part, ...others] = parts;
  return part === undefined || others.length > 0 ? undefined : BENT[part.name]?.(part);
}

function isAnswered(part: FaultPart): boolean {
  const status = Number(part.name);
  if (Number.isInteger(status)) return status >= 400;
  return ANSWERED[part.name]?.(part) === true;
}

function isBeforeContent({ place }: FaultPart): boolean {
  return place !== undefined && ['accept', 'head', 'headers'].includes(place.name);
}

/** Which attempts it meets is decided before the simulator is asked. */
function withoutOccurrence({ text }: FaultPart): string {
  return text
    .split(';')
    .filter((setting) => !/^\s*(?:once|first|after|rate)\b/.test(setting))
    .join(';');
}

function broken({ place }: FaultPart, by: string): Play {
  if (place === undefined || !['token', 'event', 'byte'].includes(place.name)) return undefined;
  return {
    is: 'broken',
    after: place.count,
    unit: place.name === 'byte' ? 'byte' : 'event',
    by: by === 'reset' || by === 'end' || by === 'stall' ? by : 'fin',
  };
}

function slowStart({ value }: FaultPart): Play {
  return { is: 'slowed', firstMs: parseDuration(value) ?? 0, betweenMs: 0 };
}

function withWords(typed: string, problem: string): string {
  const meant = nearest(
    typed,
    CHAOS_WORDS.map(({ name }) => name),
  );
  if (meant !== undefined) return `there is no fault "${typed}" (did you mean "${meant}"?)`;
  return problem;
}

function notHere(typed: string): string {
  return `"${typed}" would have the simulator speak to your callers in the model's place; that is for gw test-route`;
}
