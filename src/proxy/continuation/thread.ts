import type { Conversation } from '../../core/conversation.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { AnswerEcho, CallerFormat, StreamEncoder } from '../../core/format.ts';
import { type Target, targetName } from '../../core/target.ts';
import type { ContinuedHow } from '../../core/trail.ts';
import type { Usage } from '../../core/usage.ts';
import type { Prefill } from '../../formats/index.ts';
import type { Step } from '../fleet.ts';
import type { Break } from './break.ts';

/** How the attempt under way is had to go on. */
export interface Approach {
  readonly how: ContinuedHow;
  /** Its model is known to go on from a prefilled answer. */
  readonly isSure: boolean;
}

/** Who broke off, and why. */
export interface BrokenOff {
  readonly from: Target;
  readonly after: FaultCode;
}

/**
 * One answer over several attempts, after the first of them broke off: what the caller has of it, and who writes the
 * rest as if it were one.
 */
export class Thread {
  readonly encoder: StreamEncoder;
  readonly echo: AnswerEcho;
  /** All text the caller has. */
  text: string;
  /** The last part the caller was told of is a text that is not closed. */
  isTextOpen: boolean;
  /** A call or a refusal was told since. */
  acts = false;
  /** What all attempts so far took. */
  usage: Usage | undefined;
  /** The last break that the caller was not told of. */
  pending: Break;
  broken: BrokenOff;
  approach: Approach = { how: 'replay', isSure: false };
  /** The last attempt began its answer anew. */
  restarted = false;
  #lead: Buffer | undefined;
  #tell: (prefill: Exclude<Prefill, 'unknown'>) => void = () => undefined;
  readonly #ways = new Map<string, ContinuedHow>();

  constructor(start: {
    readonly encoder: StreamEncoder;
    readonly echo: AnswerEcho;
    readonly text: string;
    readonly isTextOpen: boolean;
    readonly pending: Break;
    readonly broken: BrokenOff;
  }) {
    this.encoder = start.encoder;
    this.echo = start.echo;
    this.text = start.text;
    this.isTextOpen = start.isTextOpen;
    this.pending = start.pending;
    this.#lead = start.pending.lead;
    this.broken = start.broken;
  }

  /** An attempt begins; `tell` takes what is learned of its model. */
  begin(approach: Approach, tell: (prefill: Exclude<Prefill, 'unknown'>) => void): void {
    this.approach = approach;
    this.restarted = false;
    this.#tell = tell;
  }

  learn(prefill: Exclude<Prefill, 'unknown'>): void {
    this.#tell(prefill);
  }

  /** What must stand before anything more is written; given once. */
  takeLead(): Buffer | undefined {
    const lead = this.#lead;
    this.#lead = undefined;
    return lead;
  }

  /** A sign of life for a caller who waits in the middle of its answer. */
  keepAlive({ keepAlive }: CallerFormat): Buffer {
    const sign = this.encoder.framing ? Buffer.from(this.encoder.framing.keepAlive) : keepAlive;
    const lead = this.takeLead();
    return lead ? Buffer.concat([lead, sign]) : sign;
  }

  /** The caller's request, in gw's own words. */
  get conversation(): Conversation {
    return this.echo.conversation;
  }

  /** How this target is had to go on in this exchange, once it turned out. */
  wayOf({ target }: Step): ContinuedHow | undefined {
    return this.#ways.get(`${target.provider}\n${target.model}`);
  }

  useWay({ target }: Step, how: ContinuedHow): void {
    this.#ways.set(`${target.provider}\n${target.model}`, how);
  }
}

/** What a reader of the stream sees of the seam: a comment, which no client hands on. */
export function seamComment(target: Target, after: FaultCode): string {
  return `: gw continued by ${targetName(target).replaceAll(/[\r\n]/g, ' ')} after ${after}\n\n`;
}
