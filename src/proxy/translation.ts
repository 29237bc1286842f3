import type { Conversation, Loss, Part } from '../core/conversation.ts';
import type { DirectTranslation } from '../core/direct.ts';
import { type Fault, fault } from '../core/fault.ts';
import type {
  AnswerEcho,
  CallerCodec,
  CallerFormat,
  Format,
  ProviderCodec,
  TranslationTarget,
  WireRequest,
} from '../core/format.ts';
import type { FormatName } from '../core/operation.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { sameTarget } from '../core/target.ts';
import { directTranslation, FORMATS, whyUntranslated } from '../formats/index.ts';
import type { ItemMemory } from './conversations/item-memory.ts';
import type { ConversationVault, StateVault } from './conversations/state-vault.ts';
import { vaultOf } from './conversations/vault-of.ts';
import { askedPath, type Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';

/** How one call to a target of another format is made, and how its answer becomes the caller's. */
export type Translation = ConversationTranslation | SmallTranslation;

/** What gw remembers of earlier turns, for callers who cannot or need not send it again. */
export interface Memories {
  readonly vault: StateVault;
  readonly items: ItemMemory;
}

/** What a request for one target is made with. */
export interface TranslationParts extends Memories {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The route forbids losses. */
  readonly strict: boolean;
  /** The target refused the opaque state of this conversation. */
  readonly withoutState: boolean;
}

/** A small operation, translated without the hub. */
export interface SmallTranslation {
  readonly is: 'direct';
  readonly direct: DirectTranslation;
  readonly model: string;
  readonly request: WireRequest;
  readonly losses: readonly Loss[];
}

/** A conversation, translated through the hub. */
export interface ConversationTranslation {
  readonly is: 'conversation';
  readonly format: Format;
  readonly from: ProviderCodec;
  readonly to: CallerCodec;
  readonly target: TranslationTarget;
  readonly request: WireRequest;
  readonly losses: readonly Loss[];
  readonly echo: AnswerEcho;
  readonly vault: ConversationVault;
}

const FORMATS_BY_NAME: Readonly<Partial<Record<FormatName, Format>>> = FORMATS;

/** The format a target's provider is spoken to in; the caller's own whenever it can. */
export function formatFor(caller: CallerFormat, { provider }: Step): Format | undefined {
  if (provider.format === caller.name || provider.alsoSpeaks.includes(caller.name)) return caller;
  return FORMATS_BY_NAME[provider.format];
}

/** Why this target can never serve this request, whatever its health; undefined when it can. */
export function cannotServe(exchange: Exchange, step: Step): string | undefined {
  const { format, operation, home } = exchange;
  if (home !== undefined) return cannotGoOn(exchange, step, home);
  if (step.provider.format === format.name) return undefined;
  const spoken = formatFor(format, step);
  if (spoken === format) return undefined;
  if (operation === 'chat' && format.toCaller && spoken?.toProvider) return undefined;
  if (directTranslation(operation, format.name, step.provider.format)) return undefined;
  return `${step.provider.name} ${whyUntranslated(operation, step.provider.format)}`;
}

/** A request that goes on from an earlier answer is only understood where that answer is kept. */
function cannotGoOn(
  { format }: Exchange,
  step: Step,
  { answerId, target }: NonNullable<Exchange['home']>,
): string | undefined {
  if (formatFor(format, step) !== format) return `${step.provider.name} does not have the answer ${answerId}`;
  if (target === undefined || sameTarget({ ...step.target, model: target.model }, target)) return undefined;
  return `the answer ${answerId} is kept by ${target.provider}`;
}

/** Translates the request for one target; a fault when the caller's request cannot be read or the route forbids losses. */
export function translate(
  exchange: Exchange,
  step: Step,
  spoken: Format,
  parts: TranslationParts,
): Outcome<Translation, Fault> {
  const { format, body, operation } = exchange;
  const direct = directTranslation(operation, format.name, spoken.name, step.provider.quirks);
  if (direct) return translateDirectly(body, step, direct, parts.strict);
  const { toProvider: from } = spoken;
  const { toCaller: to } = format;
  if (!from || !to)
    return failed(fault('untranslatable', `gw cannot translate ${format.name} to ${spoken.name}`));
  const read = readConversation(exchange, to, parts);
  if (read.is === 'failed') return read;
  const conversation = parts.withoutState ? withoutState(read.value) : read.value;
  const target = translationTarget(step);
  const request = from.encodeRequest(conversation, target);
  const losses = [...new Set([...conversation.losses, ...request.losses])].sort();
  if (parts.strict && losses.length > 0) return failed(lossy(losses));
  const echo = echoOf(exchange, step.target.model, conversation, parts);
  return ok({
    is: 'conversation',
    format: spoken,
    from,
    to,
    target,
    request,
    losses,
    echo,
    vault: vaultOf(exchange, parts.vault),
  });
}

/** What the answer repeats of the request. */
export function echoOf(
  exchange: Exchange,
  model: string,
  conversation: Conversation,
  { now, items }: Pick<TranslationParts, 'now' | 'items'>,
): AnswerEcho {
  const { trail, body } = exchange;
  return {
    id: trail.id,
    created: Math.floor(now / 1000),
    model,
    conversation,
    body,
    path: askedPath(exchange),
    keeper: items.own,
  };
}

function translateDirectly(
  body: Buffer,
  { target, provider }: Step,
  direct: DirectTranslation,
  strict: boolean,
): Outcome<Translation, Fault> {
  const request = direct.encodeRequest(body, { model: target.model, quirks: provider.quirks });
  if (request.is === 'failed') return request;
  const { losses } = request.value;
  if (strict && losses.length > 0) return failed(lossy(losses));
  return ok({ is: 'direct', direct, model: target.model, request: request.value, losses });
}

/** The route forbids losses, and these there would be. */
export function lossy(losses: readonly Loss[]): Fault {
  return fault('untranslatable', `the route allows no losses: ${losses.join(', ')}`);
}

/** The conversation without what vouches for earlier thoughts, and so without them. */
export function withoutState(conversation: Conversation): Conversation {
  const turns = conversation.turns.map((turn) => ({
    ...turn,
    parts: turn.parts.flatMap((part): Part[] => {
      const { opaque, ...bare } = part;
      return part.kind === 'reasoning' && opaque !== undefined ? [] : [bare];
    }),
  }));
  return { ...conversation, turns, losses: [...conversation.losses, 'reasoning'] };
}

/** What a translation needs to know of a step's target. */
export function translationTarget({ provider, target, facts }: Step): TranslationTarget {
  const { maxOutput, reasoningBack, abilities } = facts() ?? {};
  return {
    provider: provider.name,
    model: target.model,
    quirks: reasoningBack ? [...provider.quirks, 'reasoning-content-back'] : provider.quirks,
    maxOutput,
    ...(abilities?.reasoning !== undefined && { reasons: abilities.reasoning }),
    ...(abilities?.temperature !== undefined && { samples: abilities.temperature }),
  };
}

/** The request in gw's own words, read once and kept: every attempt starts from it. */
export function readConversation(
  exchange: Exchange,
  codec: CallerCodec,
  { vault, items }: Memories,
): Outcome<Conversation, Fault> {
  const kept = vaultOf(exchange, vault);
  exchange.conversation ??= codec.decodeRequest(exchange.body, {
    model: exchange.envelope?.model ?? '',
    stream: exchange.trail.stream,
    recall: (callId) => kept.recall(callId),
    recallItem: items.recall,
  });
  return exchange.conversation;
}
