import type { Balance } from '../../../core/policy.ts';
import { type ResolvedTarget, resolveRoute } from '../../../core/resolve.ts';
import { targetName } from '../../../core/target.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { EXIT } from '../../error.ts';
import { type OpenProfile, openProfile } from '../../profile-file.ts';
import { balanceSentence, weightNote } from '../../route/balance.ts';
import { formatTargets, type ListedTarget, whyOut } from '../../route/describe.ts';
import { explainRule, unknownModel } from '../../route/explain.ts';

export const command: Command = {
  arguments: [{ name: '<model>', summary: 'the model name a caller asks for' }],
  examples: ['gw route resolve gpt-4o', 'gw route resolve openai/gpt-4o --json'],
  run: resolveModel,
};

async function resolveModel(context: Context, input: Input): Promise<number> {
  const open = openProfile(context);
  const model = input.argument(0) ?? '';
  const resolution = resolveRoute(open.profile, model);
  if (!resolution) {
    if (!context.json) throw unknownModel(open.profile, model);
    context.printJson({
      model,
      rule: null,
      route: null,
      why: unknownModel(open.profile, model).why,
      targets: [],
    });
    return EXIT.failed;
  }
  const { balance } = resolution.policy;
  const targets = resolution.targets.map((target) => listed(open, target, balance));
  const why = explainRule(open.profile, resolution, model);
  if (context.json) {
    const shown = targets.map(({ target, out, note }) => ({ target, out: out ? (note ?? '') : null }));
    const { route, rule, policy } = resolution;
    context.printJson({ model, rule, route, why, balance: policy.balance, targets: shown });
  } else {
    context.print(`${why}:\n${formatTargets(context, targets)}`);
    const sentence = balanceSentence(resolution.policy);
    if (sentence !== undefined && targets.length > 1) context.print(`  ${context.style.dim(sentence)}`);
  }
  if (targets.some(({ out }) => !out)) return EXIT.ok;
  context.say('Nobody can serve it: every target is out.');
  return EXIT.failed;
}

function listed({ keys }: OpenProfile, target: ResolvedTarget, balance: Balance): ListedTarget {
  const reason = whyOut(target.provider, keys) ?? target.skipped;
  const name = targetName({ provider: target.provider.name, model: target.model });
  return { target: name, note: reason ?? weightNote(balance, target), out: reason !== undefined };
}
