import { usedWords } from '../../../core/budget.ts';
import type { BudgetView } from '../../../core/budget.ts';
import { spentSoFar } from '../../../daemon/index.ts';
import { shellWord } from '../../../lib/shell-word.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';

const budgets: Check = {
  id: 'budgets',
  looksAt: 'what was spent of each budget: whether one is used up, and requests are refused for it',
  async look(scene) {
    const views = await viewsOf(scene);
    if (typeof views === 'string')
      return [warning(`what was spent cannot be told: ${views}`, 'gw budget status')];
    if (views.length === 0) return [skipped('there is no budget', 'gw budget set all --usd 5 --per day')];
    const exceeded = views.filter(({ share }) => share >= 1).map(describe);
    if (exceeded.length > 0) return exceeded;
    return [
      fine(
        views.length === 1 ? 'the one budget is not used up' : `none of ${views.length} budgets is used up`,
      ),
    ];
  },
};

/** The daemon also knows what is under way; without one, the record of requests tells. */
async function viewsOf({ daemon, profile, context }: Scene): Promise<readonly BudgetView[] | string> {
  if (daemon.is === 'ok') return daemon.value.status.budgets ?? [];
  if (profile?.budgets === undefined || profile.budgets.length === 0) return [];
  const spent = await spentSoFar(profile, context.paths.database, context.clock.now());
  return spent.is === 'ok' ? spent.value : spent.fault;
}

function describe(view: BudgetView): Finding {
  const { scope, holder, action } = view;
  const sentence = `${usedWords(view, holder)} is used`;
  const more = { about: scope, figures: { share: view.share } };
  const fix = `gw budget set ${scope} ${view.unit === 'usd' ? '--usd' : '--tokens'} … --per ${view.per} (more), or wait: gw budget status`;
  if (action === 'block') return problem(`${sentence}: further requests are refused`, fix, more);
  const follows = action === 'warn' ? 'nothing follows from that' : 'only cheaper targets are asked';
  return warning(`${sentence}: ${follows}`, fix, more);
}

const limits: Check = {
  id: 'limits',
  looksAt: 'whether a limit on requests per minute turned callers away since gw started',
  look({ daemon, profile }) {
    if ((profile?.limits ?? []).length === 0) return [skipped('there is no limit')];
    if (daemon.is === 'failed') return [skipped('gw does not run, so nobody counts')];
    const { rates = [] } = daemon.value.status;
    const hit = rates.filter(({ refused }) => refused > 0);
    if (hit.length === 0) return [fine('no limit turned a caller away')];
    return hit.map(({ scope, requestsPerMinute, refused }) =>
      warning(
        `${requestsPerMinute} requests a minute for ${scope} turned ${refused} away`,
        `gw limit set ${shellWord(scope)} --per-minute ${2 * requestsPerMinute}, if that is too tight`,
        { about: scope, figures: { refused } },
      ),
    );
  },
};

/** What limits requests on purpose. */
export const LIMIT_CHECKS: CheckGroup = { title: 'Budgets', checks: [budgets, limits] };
