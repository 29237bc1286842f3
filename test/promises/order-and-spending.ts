import { ANSWER, BALANCE, BUDGETS, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** Who is asked first, and what may be spent. */
export const ORDER_AND_SPENDING = {
  'weights-honoured': row(
    'Targets that take turns get exactly their weight of them, and none is left without.',
    BALANCE,
  ),
  'balance-fails-over': row('Whoever is not asked first stands in for who is.', ANSWER),
  'latency-explored': row(
    'The fastest target is preferred, and one that was slow once is found again when it has recovered.',
    BALANCE,
  ),
  'conversation-stays': row('A conversation stays with the target that served it.', BALANCE),
  'conversation-weighed': row(
    'A conversation that failed over goes back when a cold prompt is cheap, and what was weighed is told.',
    HIDDEN,
  ),
  'limits-foreseen': row(
    'No request is sent to a key whose provider said it has nothing left, while another key or target has.',
    ANSWER,
  ),
  'keys-spread': row('Keys of one provider share the load where that is asked for.', ANSWER),
  'budget-bounded': row(
    'However many requests run at once, a budget is overdrawn by no more than the last of them and what estimates were too low.',
    BUDGETS,
  ),
  'budget-refuses': row(
    'A request over a budget that blocks is refused in its own format, naming the budget and what raises it, and no library asks again.',
    BUDGETS,
  ),
  'budget-cheaper': row(
    'A budget that asks for cheaper targets passes the dear ones over, and says so.',
    BUDGETS,
  ),
  'budget-outlives': row('What was spent today is known after a restart and after kill -9.', BUDGETS),
  'limit-tells-when': row('A request over a limit waits for its turn, or is told when that comes.', BUDGETS),
  'alerts-quiet': row(
    'Nobody is alerted until that is asked for; then seldom, not in quiet hours, and nothing that happened is left out.',
    BUDGETS,
  ),
  'alerts-safe': row(
    'An alert carries no key and no content, is no script to any shell, and follows no redirect.',
    NEVER,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
