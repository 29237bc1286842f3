import type { Conversation } from '../../core/conversation.ts';
import type { Delivered } from './delivered.ts';
import type { Dropped } from './relayed-bytes.ts';

/** What decides whether an answer that broke off can be gone on with. */
export interface CutFacts {
  /** Undefined when nobody can tell what the caller has. */
  readonly delivered: Delivered | undefined;
  /** Why what was delivered was not kept. */
  readonly dropped?: Dropped | undefined;
  /** Undefined when the caller's request cannot be read. */
  readonly conversation: Conversation | undefined;
  /** The request goes on from an answer that only its provider has. */
  readonly isPinned: boolean;
  readonly remainingMs: number;
}

type Objection = readonly [why: string, holds: (facts: CutFacts) => boolean];

/** What speaks against it, in the order in which it is told. */
const OBJECTIONS: readonly Objection[] = [
  ['the request could not be told to another model', ({ conversation }) => conversation === undefined],
  ['the rest of the conversation is kept by its provider', ({ isPinned }) => isPinned],
  ['several answers were asked for', ({ conversation }) => (conversation?.candidates ?? 1) > 1],
  ['the answer had to be structured', ({ conversation }) => conversation?.output !== undefined],
  [
    'the probabilities of its tokens were asked for',
    ({ conversation }) => conversation?.logprobs !== undefined,
  ],
  ['more of it was delivered than is kept of one answer', ({ dropped }) => dropped === 'long'],
  ['so much was under way that not all of it could be kept', ({ dropped }) => dropped === 'crowd'],
  ['it could not be told what the caller had of it', ({ delivered }) => delivered === undefined],
  ['it had called a tool or refused', ({ delivered }) => delivered?.acts === true],
  ['it was thinking', ({ delivered }) => delivered?.open === 'reasoning'],
  ['no time was left', ({ remainingMs }) => remainingMs <= 0],
];

/** Why an answer that broke off is not gone on with; undefined when it is. */
export function whyNotContinued(facts: CutFacts): string | undefined {
  return OBJECTIONS.find(([, holds]) => holds(facts))?.[0];
}
