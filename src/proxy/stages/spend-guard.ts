import { amountWords, type BudgetView, PERIODS, scopeText } from '../../core/budget.ts';
import { isBudgeted } from '../../core/expense.ts';
import { fault } from '../../core/fault.ts';
import { costOf } from '../../core/price.ts';
import type { Clock } from '../../lib/clock.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { type BudgetBook, comeBack, type RateBook } from '../../resilience/index.ts';
import { promptTokens } from '../balance/prompt-size.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import { type Reply, refused } from '../reply.ts';
import { cheaperPlan } from '../spending/cheaper.ts';
import type { Purse } from '../spending/purse.ts';
import type { Handler, Stage } from '../stage.ts';
import type { Memories } from '../translation.ts';
import { waitMs } from './admit.ts';

// An answer takes seconds, and what it did not take of what was set aside for it is free again then.
const UNDER_WAY_MS = 2_000;
/** How often it is looked whether it is. */
const LOOK_MS = 100;

/** What keeping to budgets needs from outside. */
export interface SpendPorts extends Memories {
  readonly clock: Clock;
  /** Without one nothing is counted. */
  readonly purse?: Purse;
}

/**
 * Holds requests to the profile's limits and budgets, once it is known which route answers to them: has them wait for
 * a moment, sends them to cheaper targets, or refuses them.
 */
export function spendGuard(ports: SpendPorts): Stage {
  const { purse } = ports;
  return (next) => (exchange) =>
    purse === undefined || purse.isEmpty || !isBudgeted(exchange.trail)
      ? next(exchange)
      : guard(exchange, next, purse, ports);
}

async function guard(exchange: Exchange, next: Handler, purse: Purse, ports: SpendPorts): Promise<Reply> {
  const held = purse.rates.isEmpty ? undefined : await keepPace(exchange, purse.rates, ports.clock);
  if (held) return held;
  if (!purse.budgets.isEmpty) {
    await untilKnown(exchange, purse.budgets, ports.clock);
    if (exchange.over) return overReply(exchange);
    const refusal = spend(exchange, purse.budgets, ports);
    if (refusal) return refusal;
  }
  return await next(exchange);
}

/** What is left may be spoken for by requests under way, and most of them take less than what was set aside. */
async function untilKnown(exchange: Exchange, budgets: BudgetBook, clock: Clock): Promise<void> {
  const until = exchange.elapsed() + patienceMs(exchange);
  while (isSpokenFor(budgets.judge(exchange.trail, clock.now()).blockedBy) && exchange.elapsed() < until) {
    await exchange.wait(LOOK_MS);
    if (exchange.over) return;
  }
}

function isSpokenFor(view: BudgetView | undefined): boolean {
  return view !== undefined && view.used < view.amount;
}

/** As long as a `retry-after` would be waited for in line. */
function patienceMs(exchange: Exchange): number {
  return waitMs(exchange, exchange.plan?.compiled.policy.waitMs ?? 0);
}

function overReply(exchange: Exchange): Reply {
  return exchange.gone ? { is: 'gone' } : refused(fault('exhausted', exchange.abandoned));
}

/** Waits for the request's turn where that comes soon; answers when it does not go on. */
async function keepPace(exchange: Exchange, rates: RateBook, clock: Clock): Promise<Reply | undefined> {
  const { trail } = exchange;
  const turn = rates.take(trail, clock.monotonic(), patienceMs(exchange));
  const { by } = turn;
  const words = by && `${by.requestsPerMinute} requests a minute for ${scopeText(by.scope)}`;
  if (turn.is === 'refused') {
    const now = clock.now();
    const raise =
      by &&
      `; raise it: gw limit set ${shellWord(scopeText(by.scope))} --per-minute ${2 * by.requestsPerMinute}`;
    const why = `${words ?? ''} are let through, evenly, and this one came too soon${raise ?? ''}`;
    const told = fault('too_many_requests', why, { retryAfterMs: turn.afterMs });
    return refused(told, [], comeBack([now + turn.afterMs], now));
  }
  if (turn.waitMs === 0 || words === undefined) return undefined;
  await exchange.wait(turn.waitMs);
  trail.held = { ms: turn.waitMs, by: words };
  if (!exchange.over) return undefined;
  turn.giveBack();
  return overReply(exchange);
}

/** Sets aside what the request is expected to cost; answers when it must not go on. */
function spend(exchange: Exchange, budgets: BudgetBook, ports: SpendPorts): Reply | undefined {
  const { trail, plan } = exchange;
  const now = ports.clock.now();
  const { notes, blockedBy, cheaperFor } = budgets.judge(trail, now);
  if (notes.length > 0) trail.budgets = notes;
  if (!plan) return undefined;
  if (blockedBy) return refuseBlocked(blockedBy, now);
  const size = { input: promptTokens(exchange, ports), output: budgets.answerTokens };
  if (cheaperFor) {
    const cheaper = cheaperPlan(plan, size, now, cheaperFor);
    if (!cheaper) return refuseDear(cheaperFor, plan);
    exchange.plan = cheaper.plan;
    trail.plan = cheaper.told;
    trail.order = [...(trail.order ?? []), cheaper.note];
  }
  const price = exchange.plan?.steps[0]?.facts()?.price;
  const usd = (price && costOf(price, size, now)) ?? 0;
  exchange.ticket = budgets.reserve(trail, { usd, tokens: size.input + size.output }, now);
  return undefined;
}

function refuseBlocked(view: BudgetView, now: number): Reply {
  const { unit, amount, used } = view;
  if (!isSpokenFor(view))
    return refused(
      fault('over_budget', `${spentWords(view)} it ends ${endWords(view)}; ${raiseWords(view)}`),
    );
  const left = amountWords(unit, amount - used);
  const why = `${left} are left of the ${budgetWords(view)}, and requests under way may take that; ${raiseWords(view)}`;
  return refused(fault('over_budget', why), [], comeBack([now + UNDER_WAY_MS], now));
}

function refuseDear(view: BudgetView, { compiled }: ChosenPlan): Reply {
  const why = `${spentWords(view)} and no target of route ${compiled.route} is known to be cheaper than its first; ${raiseWords(view)}`;
  return refused(fault('over_budget', why));
}

function spentWords(view: BudgetView): string {
  return `the ${budgetWords(view)} is used up (${amountWords(view.unit, view.used)} so far);`;
}

function budgetWords({ unit, amount, per, scope, holder }: BudgetView): string {
  const whose = scope === 'all' ? '' : ` for ${scope}${holder === undefined ? '' : ` (${holder})`}`;
  return `budget of ${amountWords(unit, amount)} ${PERIODS[per]}${whose}`;
}

/** Twice what is allowed, or twice what was used where that is more: the advice has to help. */
function raiseWords({ scope, unit, amount, used, per }: BudgetView): string {
  const enough = Number((Math.max(amount, used) * 2).toPrecision(2));
  const whole = unit === 'tokens' ? Math.ceil(enough) : enough;
  return `raise it: gw budget set ${scope} --${unit} ${whole} --per ${per}`;
}

/** The moment on this machine's calendar and clock: whoever reads this sits here. */
function endWords({ endsAt }: BudgetView): string {
  const date = new Date(endsAt);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
