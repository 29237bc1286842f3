import {
  type Ending,
  type LeftOut,
  RECORDING_HEADER,
  type RecordingOrder,
  type RecordingView,
  TAKEN_MOST_BYTES,
} from '../../core/cassette.ts';
import type { Trail } from '../../core/trail.ts';
import type { Exchange } from '../exchange.ts';
import { CaptureDraft } from './capture-draft.ts';
import { secretsOf, withoutKeys } from './capture.ts';

/** An exchange that ended, as its caller saw it; its bodies are those that came, with whatever is in them. */
export interface Recorded {
  readonly trail: Trail;
  readonly url: string;
  readonly contentType: string;
  readonly request: Buffer;
  readonly status: number;
  /** Names and values, flat. */
  readonly headers: readonly string[];
  readonly pieces: readonly Buffer[];
  /** When each was sent, in milliseconds since the request came. */
  readonly times: readonly number[];
  readonly ending: Ending;
  /** The credentials that the caller sent, and those of the providers that were asked. */
  readonly secrets: readonly string[];
}

/** Whoever records. */
export interface Recorder {
  readonly id: string;
  readonly order: RecordingOrder;
  take(recorded: Recorded): void;
  leaveOut(exchange: LeftOut): void;
  view(): RecordingView;
}

/** What the caller is sent, with the moments; what is kept for `gw why` beside it has a limit of its own. */
export class TimedDraft extends CaptureDraft {
  readonly #elapsed: () => number;
  readonly pieces: Buffer[] = [];
  readonly times: number[] = [];
  isTooLarge = false;

  constructor(limitBytes: number, elapsed: () => number) {
    super(limitBytes);
    this.#elapsed = elapsed;
  }

  override sent(bytes: Buffer): void {
    super.sent(bytes);
    if (this.bytes > TAKEN_MOST_BYTES) this.isTooLarge = true;
    if (this.isTooLarge) this.pieces.length = 0;
    else {
      this.pieces.push(bytes);
      this.times.push(this.#elapsed());
    }
  }
}

/** Who records at the moment. With nobody recording an exchange meets two looks at a size. */
export class RecordingBook {
  readonly #open = new Set<Recorder>();
  readonly #live = new Set<Exchange>();

  /** Takes a recorder in; the answer takes it out again. */
  open(recorder: Recorder): () => void {
    this.#open.add(recorder);
    return () => this.#open.delete(recorder);
  }

  /** What runs, oldest first. */
  list(): readonly RecordingView[] {
    return [...this.#open].map((recorder) => recorder.view());
  }

  /** Begins to note when what is sent. */
  begin(exchange: Exchange): void {
    if (this.#open.size === 0) return;
    const { capture, captureBytes } = exchange.fleet.settings.record;
    exchange.capture = new TimedDraft(capture === 'off' ? 0 : captureBytes, () => exchange.elapsed());
    this.#live.add(exchange);
  }

  /** Exchanges that this recorder may want are under way. */
  awaits({ id, order }: Recorder): boolean {
    return [...this.#live].some(({ request }) => !order.marked || request.headers[RECORDING_HEADER] === id);
  }

  /** Hands an exchange that ended to those who want it. */
  ended(exchange: Exchange): void {
    const { capture: draft, trail, recognised } = exchange;
    if (this.#live.size === 0 || !this.#live.delete(exchange) || !(draft instanceof TimedDraft)) return;
    if (recognised.is !== 'operation' || trail.rehearsal === true) return;
    const wanting = [...this.#open].filter((recorder) => wants(recorder, exchange));
    if (wanting.length === 0) return;
    const tooLarge = draft.isTooLarge || draft.bytes + exchange.body.length > TAKEN_MOST_BYTES;
    for (const recorder of wanting) {
      if (tooLarge) recorder.leaveOut({ path: trail.path, why: 'it is larger than 6 MB' });
      else recorder.take(recordedOf(exchange, draft));
    }
  }
}

function wants({ id, order }: Recorder, { request, trail }: Exchange): boolean {
  const { route, client, marked } = order;
  if (marked && request.headers[RECORDING_HEADER] !== id) return false;
  if (route !== undefined && trail.route !== route) return false;
  return client === undefined || trail.client.name.toLowerCase().startsWith(client.toLowerCase());
}

function recordedOf(exchange: Exchange, draft: TimedDraft): Recorded {
  const { trail, request, headers } = exchange;
  const secrets = secretsOf(exchange);
  return {
    trail,
    url: withoutKeys(request.url ?? '', secrets),
    contentType: headers.contentType,
    request: exchange.body,
    // Without a head nothing was answered, whatever the trail says of why.
    status: draft.headers.length === 0 ? 0 : trail.status,
    headers: draft.headers,
    pieces: draft.pieces,
    times: draft.times,
    ending: endingOf(exchange),
    secrets,
  };
}

function endingOf({ trail, format }: Exchange): Ending {
  if (trail.outcome === 'gone') return 'gone';
  if (trail.outcome !== 'cut') return 'whole';
  return format.breaksByReset === true ? 'reset' : 'closed';
}
