import type { CallerEnd } from '../caller-end.ts';
import { type Exchange, hangUp } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { Playback, type PlayedAnswer } from './playback.ts';

/**
 * So much of an answer is kept for those who come late or read slowly. Above it nobody can join any more, and who has
 * not read what must go is told so. Answers of language models are some hundreds of kilobytes.
 */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * One call that several callers wait for. The exchange that makes it (the leader) writes its answer here instead of to
 * its own caller, who listens like all others: whoever hangs up, the call goes on while somebody is left.
 */
export class Flight implements CallerEnd, PlayedAnswer {
  readonly socket = null;
  readonly leader: Exchange;
  readonly #own: Playback;
  readonly #players = new Set<Playback>();
  readonly #onOver: () => void;
  readonly #reply = Promise.withResolvers<Reply>();
  readonly #keptBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Position of the first piece that is still kept. */
  #start = 0;
  #onDrain: (() => void) | undefined;
  head: PlayedAnswer['head'];
  ending: PlayedAnswer['ending'] = 'open';

  /** @param onOver The answer is there, or will not come: nobody should join any more. */
  constructor(leader: Exchange, onOver: () => void, keptBytes = KEPT_BYTES) {
    this.leader = leader;
    this.#onOver = onOver;
    this.#keptBytes = keptBytes;
    this.#own = new Playback(leader, this, { onReady: this.#ready, isOwn: true });
    this.#players.add(this.#own);
    leader.response = this;
    leader.stays = () => this.#leaderLeft();
  }

  /** Whether its beginning is still there for somebody new. */
  get isJoinable(): boolean {
    return this.ending === 'open' && this.#start === 0;
  }

  /** How its own caller fared, and how the call ended. */
  get own(): Playback {
    return this.#own;
  }

  /** How the call ended, as the leader's other stages see it. */
  get reply(): Promise<Reply> {
    return this.#reply.promise;
  }

  get length(): number {
    return this.#start + this.#pieces.length;
  }

  piece(position: number): Buffer | undefined {
    return this.#pieces[position - this.#start];
  }

  /** One more caller gets this answer, from its beginning. */
  join(exchange: Exchange): Playback {
    const onBegin = (): void => this.#tell(exchange);
    const player = new Playback(exchange, this, { onReady: this.#ready, onBegin, isOwn: false });
    this.#players.add(player);
    exchange.whenInterrupted(() => {
      if (exchange.gone) this.#leave(player);
    });
    player.pump();
    if (!player.isBlocked) this.#ready();
    return player;
  }

  /** The call ended so. Those who have nothing of the answer yet hear what there is to tell instead. */
  settle(reply: Reply): void {
    this.#over('broken');
    this.leader.stays = undefined;
    this.#reply.resolve(reply);
    if (this.head !== undefined) this.#pumpAll();
    else for (const player of this.#players) player.nothing();
  }

  writeHead(status: number, lines: string[]): void {
    this.head = { status, lines };
    this.#pumpAll();
  }

  write(bytes: Buffer, written?: () => void): boolean {
    this.#add(bytes);
    this.#pumpAll();
    this.#forget();
    written?.();
    return !this.#isHeldUp();
  }

  end(bytes?: Buffer | string, encoding?: BufferEncoding): void {
    if (bytes !== undefined) this.#add(typeof bytes === 'string' ? Buffer.from(bytes, encoding) : bytes);
    this.#over('whole');
    this.#pumpAll();
  }

  destroy(): void {
    this.#over('broken');
    this.#pumpAll();
  }

  once(_event: 'drain', action: () => void): void {
    this.#onDrain = action;
  }

  /** Somebody reads again: the answer may come on. */
  readonly #ready = (): void => {
    const action = this.#onDrain;
    this.#onDrain = undefined;
    action?.();
  };

  /** Who answers is known when the answer begins. */
  #tell({ trail }: Exchange): void {
    const from = this.leader.trail.attempts.at(-1)?.target;
    if (trail.cache && from) trail.cache = { ...trail.cache, from };
  }

  #add(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
  }

  /** The slowest hold up nobody: only when all of them are behind does the answer wait. */
  #isHeldUp(): boolean {
    for (const player of this.#players) if (!player.isBlocked) return false;
    return this.#players.size > 0;
  }

  #pumpAll(): void {
    for (const player of this.#players) player.pump();
  }

  /** What the fastest of them has read may go; while none reads on, nothing does. */
  #forget(): void {
    if (this.#bytes <= this.#keptBytes) return;
    const furthest = Math.max(...[...this.#players].map(({ position }) => position));
    while (this.#bytes > this.#keptBytes && this.#start < furthest) {
      this.#bytes -= this.#pieces.shift()?.length ?? 0;
      this.#start++;
    }
    for (const player of this.#players) {
      if (player.position >= this.#start) continue;
      this.#players.delete(player);
      player.fallBehind();
    }
  }

  #over(ending: 'whole' | 'broken'): void {
    if (this.ending !== 'open') return;
    this.ending = ending;
    this.#onOver();
  }

  /** Answers whether the call goes on without its own caller. */
  #leaderLeft(): boolean {
    if (this.#players.delete(this.#own)) this.#own.leave();
    if (this.#players.size > 0 && !this.#isHeldUp()) this.#ready();
    return this.#players.size > 0;
  }

  #leave(player: Playback): void {
    this.#players.delete(player);
    player.leave();
    if (this.#players.size === 0) hangUp(this.leader);
    else if (!this.#isHeldUp()) this.#ready();
  }
}
