import { costOf } from '../../core/price.ts';
import { sameTarget } from '../../core/target.ts';
import type { ConversationHome, ConversationHomes } from '../conversations/conversation-homes.ts';
import type { ConversationName, Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import type { Memories } from '../translation.ts';
import { nameConversation } from './conversation-name.ts';
import { promptTokens } from './prompt-size.ts';
import { type Prices, type Standing, type Verdict, weigh } from './stay.ts';

/** Where the conversation of an exchange was served last, among the targets of its plan. */
export interface FoundHome {
  readonly step: Step;
  readonly home: ConversationHome;
}

/** Looks the conversation's home up; nothing is read of a request that cannot have one. */
export function findHome(
  exchange: Exchange,
  compiled: CompiledPlan,
  homes: ConversationHomes,
  now: number,
): FoundHome | undefined {
  if (!mayHaveHome(exchange, compiled, homes, now)) return undefined;
  const name = nameOf(exchange);
  if (name?.goesOn !== true) return undefined;
  const home = homes.find(name.name);
  if (!home || now - home.at >= compiled.policy.affinityMs) return undefined;
  const step = compiled.steps.find(({ target }) => sameTarget(target, home.target));
  return step && { step, home };
}

/** A whole answer was given: the conversation is at home there from now on. */
export function keepHome(exchange: Exchange, step: Step, homes: ConversationHomes, now: number): void {
  const { plan, trail } = exchange;
  if (!plan || !isKept(exchange, plan.compiled)) return;
  const isFirst = step === plan.compiled.steps.find(({ skipped }) => skipped === undefined);
  if (isFirst && !mayHaveHome(exchange, plan.compiled, homes, now)) return;
  const name = nameOf(exchange);
  if (!name) return;
  const before = homes.find(name.name);
  const answers = before && sameTarget(before.target, step.target) ? before.answers + 1 : 1;
  const { input, cacheRead, cacheWrite } = trail.usage ?? {};
  const cached =
    cacheRead === undefined && cacheWrite === undefined ? undefined : (cacheRead ?? 0) + (cacheWrite ?? 0);
  if (!isFirst && isOrdered(plan.compiled)) homes.noteAway(trail.route ?? '', now);
  homes.keep(name.name, { target: step.target, at: now, answers, prompt: input, cached });
}

/** Whether it stays there, or waits to; `elsewhere` is who would be asked instead. */
export function weighHome(
  exchange: Exchange,
  { step, home }: FoundHome,
  elsewhere: Step,
  place: Pick<Standing, 'isPreferredElsewhere' | 'waitMs'> & { readonly now: number },
  memories: Memories,
): Verdict {
  const tokens = home.prompt ?? promptTokens(exchange, memories);
  return weigh({
    ...place,
    idleMs: place.now - home.at,
    promptTokens: tokens,
    answers: home.answers,
    prices: pricesOf(step, home, elsewhere, tokens, place.now),
  });
}

/** With turns, every conversation has a home; with an order, only one that was led away, or whose session has a name. */
function mayHaveHome(
  exchange: Exchange,
  compiled: CompiledPlan,
  homes: ConversationHomes,
  now: number,
): boolean {
  if (!isKept(exchange, compiled)) return false;
  if (exchange.headers.session !== undefined || !isOrdered(compiled)) return true;
  return now - homes.awayAt(compiled.route) < compiled.policy.affinityMs;
}

function isKept({ operation, drill, home }: Exchange, { steps, policy }: CompiledPlan): boolean {
  return (
    steps.length > 1 &&
    policy.affinityMs > 0 &&
    operation === 'chat' &&
    drill === undefined &&
    home === undefined
  );
}

/** The plan's own order says who is preferred. */
export function isOrdered({ policy }: CompiledPlan): boolean {
  return policy.balance === 'order' && policy.keys === 'order';
}

function nameOf(exchange: Exchange): ConversationName | undefined {
  exchange.conversationName ??= nameConversation(exchange);
  return exchange.conversationName;
}

function pricesOf(
  step: Step,
  { prompt, cached, answers }: ConversationHome,
  elsewhere: Step,
  tokens: number,
  now: number,
): Prices | undefined {
  const there = step.facts()?.price;
  const here = elsewhere.facts()?.price;
  if (!there || !here) return undefined;
  // A provider that said of a second answer that nothing came from the cache does not cache this conversation.
  const isCached = answers < 2 || cached !== 0;
  const warm = isCached ? Math.min(tokens, prompt ?? tokens) : 0;
  const homeWarmUsd = costOf(there, { input: tokens, cacheRead: warm }, now);
  const elsewhereColdUsd = costOf(here, { input: tokens }, now);
  const elsewhereWarmUsd = costOf(here, { input: tokens, cacheRead: tokens }, now);
  if (homeWarmUsd === undefined || elsewhereColdUsd === undefined || elsewhereWarmUsd === undefined)
    return undefined;
  return { homeWarmUsd, elsewhereColdUsd, elsewhereWarmUsd };
}
