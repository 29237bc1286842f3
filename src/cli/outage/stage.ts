import { takesKey } from '../../core/auth.ts';
import type { FactsPort } from '../../core/ports.ts';
import type { Profile, Provider, Quirk } from '../../core/profile.ts';
import { sameTarget, type Target, targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { field, parseJson, stringField } from '../../lib/expect.ts';
import { hashText, seededRandom } from '../../lib/seeded-random.ts';
import { VirtualClock } from '../../lib/virtual-clock.ts';
import { type Act, StagedProxy, type StagedRequest, type StagedCall } from '../../proxy/index.ts';
import { piecesBegun, playedAnswer, recordedAnswer, wholeAnswer } from './acts.ts';
import type { Outage } from './fault.ts';
import { PaceBook } from './paces.ts';
import { INDEX_HEADER, type LeftOut, requestOf } from './requests.ts';

/** What is simulated: recorded exchanges, in the order they began, under a profile. */
export interface Piece {
  readonly profile: Profile;
  readonly trails: readonly Trail[];
  /** What paces are drawn from, where that is more than what is simulated. */
  readonly record?: readonly Trail[];
  readonly since: number;
  readonly until: number;
  readonly outages: readonly Outage[];
  readonly facts: FactsPort;
  readonly seed: number;
}

/** Something that happened to a target's breaker. */
export interface BreakerEvent {
  readonly at: number;
  readonly is: 'opened' | 'closed';
  readonly target: string;
}

/** What came of it. */
export interface Performed {
  /** By the index of the recorded exchange; undefined where it was left out. */
  readonly trails: readonly (Trail | undefined)[];
  readonly leftOut: ReadonlyMap<number, LeftOut>;
  /** Exchanges an attempt of which met an outage. */
  readonly met: ReadonlySet<number>;
  readonly callsMet: number;
  /** gw's own looks at what it left alone that met one. */
  readonly looksMet: number;
  readonly breakers: readonly BreakerEvent[];
  /** Targets whose pace had to be assumed, or taken from other models of their provider. */
  readonly assumed: readonly string[];
  readonly borrowed: readonly string[];
}

/** Sends the recorded traffic through the proxy once more, on a clock of its own, with outages where they are asked for. */
export async function perform(piece: Piece): Promise<Performed> {
  const { profile, trails, since, facts, seed } = piece;
  const clock = new VirtualClock(since);
  const cast = new Cast(piece, clock);
  const breakers: BreakerEvent[] = [];
  const proxy = new StagedProxy({
    profile: staged(profile),
    clock,
    random: seededRandom(seed),
    facts,
    script: (call) => cast.answer(call),
    log: {
      write(_, event, fields) {
        if (event !== 'breaker-opened' && event !== 'breaker-closed') return;
        const is = event === 'breaker-opened' ? 'opened' : 'closed';
        breakers.push({ at: clock.now(), is, target: stringField(fields, 'target') ?? '' });
      },
    },
  });
  const ended: (Trail | undefined)[] = trails.map(() => undefined);
  const leftOut = new Map<number, LeftOut>();
  let running = 0;
  const play = async (index: number, request: StagedRequest): Promise<void> => {
    ended[index] = await proxy.ask(request);
    running--;
  };
  const turns = new Map<string, number>();
  for (const [index, trail] of trails.entries()) {
    const turn = turnOf(trail, turns);
    const request = requestOf(trail, index, profile, turn);
    if (typeof request === 'string') {
      leftOut.set(index, request);
      continue;
    }
    running++;
    clock.after(trail.at - since, () => {
      void play(index, request);
    });
  }
  await clock.run(() => running === 0);
  proxy.close();
  return { trails: ended, leftOut, breakers, ...cast.told() };
}

function turnOf({ client: { session } }: Trail, turns: Map<string, number>): number {
  if (session === undefined) return 0;
  const turn = turns.get(session) ?? 0;
  turns.set(session, turn + 1);
  return turn;
}

const KEPT_QUIRKS: readonly Quirk[] = ['free', 'prefill-prefix', 'prefill-partial'];

/** Everybody speaks one format: what requests said was not recorded, so there is nothing that could not be translated. */
function staged(profile: Profile): Profile {
  const providers = profile.providers.map((provider): Provider => ({
    ...provider,
    format: 'openai-chat',
    alsoSpeaks: [],
    auth: takesKey(provider.auth) ? 'bearer' : 'none',
    headers: {},
    quirks: provider.quirks.filter((quirk) => KEPT_QUIRKS.includes(quirk)),
  }));
  return { ...profile, providers };
}

/** Plays every provider: as recorded, else as others of its record were, and broken while an outage lasts. */
class Cast {
  readonly #piece: Piece;
  readonly #clock: VirtualClock;
  readonly #paces: PaceBook;
  /** How often each exchange has asked each target by now. */
  readonly #asked = new Map<string, number>();
  readonly #met = new Set<number>();
  readonly #assumed = new Set<string>();
  readonly #borrowed = new Set<string>();
  #callsMet = 0;
  #looksMet = 0;
  #reached = -1;

  constructor(piece: Piece, clock: VirtualClock) {
    this.#piece = piece;
    this.#clock = clock;
    this.#paces = new PaceBook(piece.record ?? piece.trails);
  }

  answer(call: StagedCall): readonly Act[] {
    const asked = readCall(call);
    const { index, target, stream, begun } = asked;
    const trail = index === undefined ? undefined : this.#piece.trails[index];
    const nth = this.#count(`${index ?? 'look'} ${targetName(target)}`);
    const random = seededRandom(hashText(`${index} ${targetName(target)} ${nth}`, this.#piece.seed));
    const outage = this.#outageAt(target, call.method === 'GET', random);
    if (outage !== undefined) this.#note(index);
    // gw's own looks find what the exchange before them found.
    const witness = trail ?? this.#before(this.#clock.now());
    const own = outage || !witness ? undefined : recorded(witness, asked, trail ? nth : Infinity);
    if (own) return own;
    const { pace, source } =
      index === undefined ? this.#toLook(target, random()) : this.#paces.draw(target, stream, random());
    if (index !== undefined && !outage && source !== 'target')
      (source === 'assumed' ? this.#assumed : this.#borrowed).add(targetName(target));
    const answer = { stream, model: target.model, pace, begun, usage: usageElsewhere(trail, target) };
    return outage ? playedAnswer(outage.play, answer) : wholeAnswer(answer);
  }

  /** A look asks for one token: it is answered when a stream would have its first content, however long answers are. */
  #toLook(target: Omit<Target, 'key'>, share: number): ReturnType<PaceBook['draw']> {
    const { pace, source } = this.#paces.draw(target, true, share);
    return { pace: { ...pace, wholeMs: pace.firstMs }, source };
  }

  /** The recorded exchange that began last. */
  #before(now: number): Trail | undefined {
    const { trails } = this.#piece;
    while ((trails[this.#reached + 1]?.at ?? Infinity) <= now) this.#reached++;
    return trails[this.#reached];
  }

  /** A call met an outage: a caller's, or one of gw's own looks. */
  #note(index: number | undefined): void {
    if (index === undefined) {
      this.#looksMet++;
      return;
    }
    this.#met.add(index);
    this.#callsMet++;
  }

  told(): Pick<Performed, 'met' | 'callsMet' | 'looksMet' | 'assumed' | 'borrowed'> {
    return {
      met: this.#met,
      callsMet: this.#callsMet,
      looksMet: this.#looksMet,
      assumed: [...this.#assumed],
      borrowed: [...this.#borrowed],
    };
  }

  #count(name: string): number {
    const nth = this.#asked.get(name) ?? 0;
    this.#asked.set(name, nth + 1);
    return nth;
  }

  #outageAt(
    { provider, model }: Omit<Target, 'key'>,
    isList: boolean,
    random: () => number,
  ): Outage | undefined {
    const at = this.#clock.now() - this.#piece.since;
    return this.#piece.outages.find(
      (outage) =>
        outage.provider === provider &&
        // A list of models is asked of the whole provider.
        (outage.model === undefined || (!isList && outage.model === model)) &&
        at >= outage.startMs &&
        at < outage.startMs + outage.lastsMs &&
        (outage.rate === 1 || random() < outage.rate),
    );
  }
}

/** What is asked of a provider, and for which of the recorded exchanges. */
interface Asked {
  /** Undefined for gw's own looks. */
  readonly index: number | undefined;
  readonly target: Omit<Target, 'key'>;
  readonly stream: boolean;
  readonly begun: number;
}

function readCall({ provider, headers, body }: StagedCall): Asked {
  const asked = parseJson(body);
  const place = headers.indexOf(INDEX_HEADER);
  const messages = field(asked, 'messages');
  return {
    index: place === -1 ? undefined : Number(headers[place + 1]),
    target: { provider, model: stringField(asked, 'model') ?? '' },
    stream: field(asked, 'stream') === true,
    begun: piecesBegun(Array.isArray(messages) ? messages.at(-1) : undefined),
  };
}

/** The same attempt of the record, where there is one; where the target failed or was left alone then, it is ill still. */
function recorded(trail: Trail, { target, stream, begun }: Asked, nth: number): readonly Act[] | undefined {
  const there = trail.attempts.filter((attempt) => isAt(attempt, target) && attempt.injected === undefined);
  const own = there[nth] ?? illness(trail, target);
  const usage = own?.usage ?? (own === trail.attempts.at(-1) ? trail.usage : undefined);
  return own && recordedAnswer(own, { stream, model: target.model, usage, begun });
}

/** How long a refusal takes that was not made, because the target was being left alone. */
const ILL_MS = 50;

/** What was the matter with a target when this exchange took place, as an attempt; undefined when nothing was. */
function illness(trail: Trail, target: Omit<Target, 'key'>): Attempt | undefined {
  const last = trail.attempts.findLast((attempt) => isAt(attempt, target));
  if (last) return last.fault === undefined || last.injected !== undefined ? undefined : last;
  const left = trail.plan.find((step) => isAt(step, target) && step.fault !== undefined);
  return left?.fault && { target: left.target, startMs: 0, waitedMs: 0, endMs: ILL_MS, fault: left.fault };
}

function isAt({ target }: Pick<Attempt, 'target'>, { provider, model }: Omit<Target, 'key'>): boolean {
  return sameTarget({ ...target, key: '' }, { provider, model, key: '' });
}

/** The tokens of the recorded answer; what was in one target's cache is in nobody else's. */
function usageElsewhere(trail: Trail | undefined, { provider, model }: Omit<Target, 'key'>): Trail['usage'] {
  if (trail?.usage === undefined) return undefined;
  const { served, usage } = trail;
  if (served?.provider === provider && served.model === model) return usage;
  const { cacheRead: _read, cacheWrite: _write, cacheWrite1h: _hour, ...cold } = usage;
  return cold;
}
