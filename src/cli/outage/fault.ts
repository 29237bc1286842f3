import { CHAOS_WORDS } from '../../core/chaos.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { parseTargetName } from '../../core/target.ts';
import { parseDuration } from '../../lib/duration.ts';
import { nearest } from '../../lib/nearest.ts';

/** What a provider does while an outage lasts. */
export type Play =
  | { readonly is: 'status'; readonly status: number; readonly code: string; readonly retryAfterMs?: number }
  /** It says nothing: not even a head, or nothing after it. */
  | { readonly is: 'silent'; readonly head: boolean }
  /** It is as it always was, but later: until its first content, or between pieces. */
  | { readonly is: 'late'; readonly firstMs: number; readonly betweenMs: number }
  /** Its answer breaks off half way. */
  | { readonly is: 'cut' }
  /** No connection comes about, or it is lost at once. */
  | { readonly is: 'lost'; readonly code: string }
  /** A 200 that is no answer. */
  | { readonly is: 'nonsense'; readonly body: string; readonly type: string };

/** An outage to simulate. Times are milliseconds from the beginning of the span. */
export interface Outage {
  readonly text: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly play: Play;
  /** Which share of the attempts it meets: 0 to 1. */
  readonly rate: number;
  readonly startMs: number;
  /** `Infinity`: to the end of the span. */
  readonly lastsMs: number;
}

const SECOND = 1_000;

/** The words of `gw chaos`, as a simulation plays them: without a socket. */
const PLAYS: Readonly<Record<string, Play>> = {
  '503': status(503, 'overloaded'),
  '429': { ...status(429, 'rate_limit_exceeded'), retryAfterMs: 2 * SECOND },
  timeout: { is: 'silent', head: false },
  'slow-first-token': { is: 'late', firstMs: 20 * SECOND, betweenMs: 0 },
  cut: { is: 'cut' },
  '500': status(500, 'server_error'),
  stall: { is: 'silent', head: true },
  reset: { is: 'lost', code: 'ECONNRESET' },
  refused: { is: 'lost', code: 'ECONNREFUSED' },
  dns: { is: 'lost', code: 'ENOTFOUND' },
  tls: { is: 'lost', code: 'CERT_HAS_EXPIRED' },
  'slow-drip': { is: 'late', firstMs: 0, betweenMs: 2 * SECOND },
  garbled: { is: 'nonsense', body: '<!doctype html><title>Welcome</title>', type: 'text/html' },
  empty: { is: 'nonsense', body: '', type: 'application/json' },
  '401': status(401, 'invalid_api_key'),
  'out-of-credit': status(402, 'insufficient_quota'),
  'model-missing': status(404, 'model_not_found'),
};

/** Every word that names a fault. */
export const OUTAGE_WORDS: readonly string[] = CHAOS_WORDS.map(({ name }) => name);

// A model may have a colon in its name (`llama3:8b`), a fault never has.
const SHAPE = /^(?<target>\S+):(?<fault>[^:@+\s]+)(?:@(?<start>[^:@+\s]+))?(?:\+(?<lasts>[^:@+\s]+))?$/;

/** Reads `provider[/model]:fault[;option=value…][@start][+duration]`. */
export function parseOutage(text: string): Outcome<Outage, string> {
  const found = SHAPE.exec(text.trim())?.groups;
  if (!found) return failed('it is written provider:fault@start+duration, as in openai:503@5m+10m');
  const { target = '', fault = '', start, lasts } = found;
  const startMs = start === undefined ? 0 : parseDuration(start);
  const lastsMs = lasts === undefined ? Infinity : parseDuration(lasts);
  if (startMs === undefined) return failed(`"${start}" is no time after the beginning, such as 5m`);
  if (lastsMs === undefined || lastsMs === 0) return failed(`"${lasts}" is no duration, such as 10m`);
  const play = readPlay(fault);
  if (play.is === 'failed') return play;
  return ok({ text: text.trim(), ...parseTargetName(target), ...play.value, startMs, lastsMs });
}

function readPlay(text: string): Outcome<{ readonly play: Play; readonly rate: number }, string> {
  const [name = '', ...settings] = text.split(';');
  const [word = '', value] = name.split('=', 2);
  let play = playOf(word);
  if (play === undefined) return failed(unknown(word));
  if (value !== undefined) {
    const ms = parseDuration(value);
    if (play.is !== 'late' || ms === undefined) return failed(`"${name}" cannot be simulated`);
    play = play.firstMs > 0 ? { ...play, firstMs: ms } : { ...play, betweenMs: ms };
  }
  let rate = 1;
  for (const setting of settings) {
    const [option, given = ''] = setting.split('=', 2);
    const share = /^(\d{1,3})%$/.exec(given)?.[1];
    const wait = /^\d+$/.test(given) ? Number(given) * SECOND : parseDuration(given);
    if (option === 'rate' && share !== undefined && Number(share) <= 100) rate = Number(share) / 100;
    else if (option === 'retry-after' && play.is === 'status' && wait !== undefined)
      play = { ...play, retryAfterMs: wait };
    else
      return failed(
        `"${setting}" is no setting of ${word}: there are rate=20% and, with a status, retry-after=30`,
      );
  }
  return ok({ play, rate });
}

function playOf(word: string): Play | undefined {
  if (Object.hasOwn(PLAYS, word)) return PLAYS[word];
  return /^[45]\d\d$/.test(word) ? status(Number(word), 'simulated') : undefined;
}

function unknown(word: string): string {
  const meant = nearest(word, OUTAGE_WORDS);
  if (meant !== undefined) return `there is no fault "${word}" (did you mean ${meant}?)`;
  return `there is no fault "${word}"; there are ${OUTAGE_WORDS.join(', ')} and any status from 400 on`;
}

function status(number: number, code: string): Extract<Play, { is: 'status' }> {
  return { is: 'status', status: number, code };
}
