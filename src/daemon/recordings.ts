import { ControlError, type Handlers, type RecordedBatch } from '../control/index.ts';
import { referencesOf } from '../core/auth.ts';
import type { LeftOut, RecordingOrder, RecordingView, TakenExchange } from '../core/cassette.ts';
import { maskPieces, type MaskRule, maskText, secretRules, shows } from '../core/mask.ts';
import type { Clock } from '../lib/clock.ts';
import { idMaker } from '../lib/id.ts';
import type { Recorded, Recorder, RecordingBook } from '../proxy/index.ts';
import type { Loaded } from './loaded.ts';

// Nobody who records is longer away than this; a recorder that was killed must not fill the memory.
const ABANDONED_MS = 30_000;
// Below the patience of whoever asks.
const WAIT_MS = 2_000;
// At its end a recording waits so long for exchanges under way: their callers have their answers, or never will.
const LINGER_MS = 2_000;
const LINGER_LOOK_MS = 50;
// A message over the control socket has to stay below what a viewer may have waiting there (16 MB, and base64 adds a third).
const BATCH_BYTES = 4 * 1024 * 1024;
const QUEUE_BYTES = 64 * 1024 * 1024;

/** What recording needs of the daemon. */
export interface RecordingGround {
  readonly book: RecordingBook;
  readonly clock: Clock;
  /** Everything that must be in no cassette. */
  readonly secrets: () => readonly string[];
}

/** Every credential of the profile: keys, the token, and headers that are secret. */
export function knownSecrets({ profile, settings, keys }: Loaded): readonly string[] {
  const references = profile.providers.flatMap(referencesOf);
  const headers = profile.providers.flatMap(({ headers: own }) => Object.entries(own ?? {}));
  return [...references.map((reference) => keys.resolve(reference)), settings.listen.token]
    .flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]))
    .concat(headers.filter(([name]) => /auth|key|token|secret/i.test(name)).map(([, value]) => value));
}

/** Recordings that somebody takes the exchanges of. */
export function recordingHandlers(
  ground: RecordingGround,
): Pick<Handlers, 'start-recording' | 'take-recorded' | 'stop-recording'> {
  const open = new Map<string, Recording>();
  const newId = idMaker(ground.clock.now);
  return {
    'start-recording': (order) => {
      const id = newId();
      open.set(id, new Recording(id, order, ground, () => open.delete(id)));
      return { id };
    },
    'take-recorded': ({ id }) => {
      const recording = open.get(id);
      if (recording === undefined) throw new ControlError('declined', 'this recording has ended');
      return recording.next();
    },
    'stop-recording': (wanted) => {
      const ending = [...open.values()].filter(
        ({ id, order }) => id === (wanted.id ?? id) && order.name === (wanted.name ?? order.name),
      );
      for (const recording of ending) recording.stop();
      return { stopped: ending.map(({ order }) => order.name) };
    },
  };
}

class Recording implements Recorder {
  readonly id: string;
  readonly order: RecordingOrder;
  readonly #ground: RecordingGround;
  readonly #leave: () => void;
  readonly #startedAt: number;
  readonly #counted = { taken: 0, leftOut: 0 };
  #queue: { readonly exchange: TakenExchange; readonly bytes: number }[] = [];
  #leftOut: LeftOut[] = [];
  #bytes = 0;
  #stopAt: number | undefined;
  #wake: (() => void) | undefined;
  #cancel: () => void = () => {};

  constructor(id: string, order: RecordingOrder, ground: RecordingGround, forget: () => void) {
    this.id = id;
    this.order = order;
    this.#ground = ground;
    this.#startedAt = ground.clock.now();
    const close = ground.book.open(this);
    this.#leave = () => {
      close();
      forget();
    };
    this.#renew();
  }

  take(recorded: Recorded): void {
    const { exchange, why } = taken(recorded, secretRules([...this.#ground.secrets(), ...recorded.secrets]));
    const bytes = recorded.request.length + recorded.pieces.reduce((sum, { length }) => sum + length, 0);
    if (exchange === undefined) this.leaveOut({ path: recorded.trail.path, why });
    else if (this.#bytes + bytes > QUEUE_BYTES) {
      this.leaveOut({ path: recorded.trail.path, why: 'more was asked than could be written down in time' });
    } else {
      this.#queue.push({ exchange, bytes });
      this.#bytes += bytes;
      this.#counted.taken++;
      this.#wake?.();
    }
  }

  leaveOut(exchange: LeftOut): void {
    this.#leftOut.push(exchange);
    this.#counted.leftOut++;
    this.#wake?.();
  }

  view(): RecordingView {
    return { ...this.order, startedAt: this.#startedAt, ...this.#counted };
  }

  stop(): void {
    this.#stopAt ??= this.#ground.clock.now() + LINGER_MS;
    this.#wake?.();
  }

  async next(): Promise<RecordedBatch> {
    this.#renew();
    while (this.#queue.length === 0 && this.#leftOut.length === 0 && !this.#isOver()) {
      const isLast = this.#stopAt !== undefined;
      await this.#news(isLast ? LINGER_LOOK_MS : WAIT_MS);
      if (!isLast) break;
    }
    const exchanges: TakenExchange[] = [];
    let room = BATCH_BYTES;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      if (exchanges.length > 0 && first.bytes > room) break;
      room -= first.bytes;
      this.#bytes -= first.bytes;
      exchanges.push(first.exchange);
      this.#queue.shift();
    }
    const leftOut = this.#leftOut;
    this.#leftOut = [];
    const over = this.#queue.length === 0 && this.#isOver();
    if (over) this.#end();
    return { exchanges, leftOut, over };
  }

  #isOver(): boolean {
    if (this.#stopAt === undefined) return false;
    return !this.#ground.book.awaits(this) || this.#ground.clock.now() >= this.#stopAt;
  }

  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#ground.clock.after(ms, finish);
      this.#wake = finish;
    });
  }

  #renew(): void {
    this.#cancel();
    this.#cancel = this.#ground.clock.after(ABANDONED_MS, () => this.#end());
  }

  #end(): void {
    this.#cancel();
    this.#queue = [];
    this.#leave();
  }
}

function taken(
  recorded: Recorded,
  rules: readonly MaskRule[],
): { readonly exchange: TakenExchange | undefined; readonly why: string } {
  const { trail, headers, times, status, ending } = recorded;
  const pieces = maskPieces(recorded.pieces, rules);
  const request = maskPieces([recorded.request], rules);
  if (shows(pieces, rules) || shows(request, rules)) {
    return { exchange: undefined, why: 'a credential is in it in a way that cannot be taken out' };
  }
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    list.push([headers[i] ?? '', maskText(headers[i + 1] ?? '', rules)]);
  }
  const exchange: TakenExchange = {
    format: trail.format,
    operation: trail.operation,
    method: trail.method,
    url: maskText(recorded.url, rules),
    contentType: recorded.contentType,
    request: Buffer.concat(request).toString('base64'),
    status,
    headers: list,
    chunks: pieces.map((piece, index) => [times[index] ?? 0, piece.toString('base64')]),
    ending,
    endMs: trail.totalMs ?? times.at(-1) ?? 0,
    ...(trail.route !== undefined && { route: maskText(trail.route, rules) }),
    ...(trail.usage && { usage: trail.usage }),
  };
  return { exchange, why: '' };
}
