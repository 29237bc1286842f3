import { takesKey } from '../../core/auth.ts';
import type { KeyPort } from '../../core/ports.ts';
import type { Profile, Provider, Route } from '../../core/profile.ts';
import { targetName } from '../../core/target.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import type { OpenProfile } from '../profile-file.ts';
import { describeKey, isResolved } from '../provider/lookup.ts';
import { listed } from '../story/words.ts';
import { type Cell, formatTable } from '../table.ts';
import { balanceSentence, weightNote } from './balance.ts';

/** Why a provider can serve nobody for now, whatever the model; undefined when it can. */
export function whyOut(provider: Provider, keys: KeyPort): string | undefined {
  if (!provider.enabled) return `${provider.name} is disabled`;
  if (!takesKey(provider.auth) || provider.keys.length === 0) return undefined;
  if (provider.keys.some((reference) => isResolved(reference, keys) !== false)) return undefined;
  return provider.keys.map((reference) => describeKey(reference, keys)).join(', ');
}

/** One line of a numbered list of targets. */
export interface ListedTarget {
  readonly target: string;
  readonly note: string | undefined;
  readonly out: boolean;
}

/** Targets in the order they stand in for each other: `1.`, `2.`, …; `–` for one that is out, with the reason. */
export function formatTargets(
  { style, columns }: Pick<Context, 'style' | 'columns'>,
  targets: readonly ListedTarget[],
): string {
  const rows = targets.map(({ target, note, out }, index): Cell[] => [
    `${index + 1}.`,
    { text: target, paint: out ? style.yellow : style.bold },
    { text: note === undefined ? '' : out ? `out: ${note}` : note, paint: out ? style.yellow : style.dim },
  ]);
  const layout = [
    { title: '', align: 'right' },
    { title: '', shrinkTo: 24 },
    { title: '', shrinkTo: 20 },
  ] as const;
  return formatTable(layout, rows, { width: columns, indent: 2 });
}

const EVERY_OTHER = 'every model that no other route takes';

/** A route for a person: what it answers to, and its targets in order. */
export function formatRoute(
  context: Pick<Context, 'style' | 'columns'>,
  open: OpenProfile,
  route: Route,
): string {
  const names = [route.name, ...route.match].map((name) => (name === '*' ? EVERY_OTHER : name));
  const title = `Route ${context.style.bold(terminalSafe(route.name))} answers to ${terminalSafe(listed(names))}:`;
  const { balance } = { ...open.profile.policy, ...route.policy };
  const sentence = balanceSentence({ balance });
  const told = sentence === undefined ? '' : `\n  ${context.style.dim(sentence)}`;
  return `${title}\n${formatTargets(context, listTargets(open, route))}${told}`;
}

function listTargets({ profile, keys }: OpenProfile, route: Route): ListedTarget[] {
  return route.targets.map((target) => {
    const provider = profile.providers.find(({ name }) => name === target.provider);
    const reason = provider && whyOut(provider, keys);
    const { balance } = { ...profile.policy, ...route.policy };
    const notes = [
      target.model === undefined ? 'the model asked for' : undefined,
      weightNote(balance, target),
    ];
    const note = reason ?? (notes.filter((text) => text !== undefined).join(', ') || undefined);
    return { target: targetName(target), note, out: reason !== undefined };
  });
}

/** A route as `--json` shows it. */
export function routeJson({ profile, keys }: Pick<OpenProfile, 'profile' | 'keys'>, route: Route) {
  return {
    name: route.name,
    match: route.match,
    targets: route.targets.map((target) => ({
      target: targetName(target),
      provider: target.provider,
      model: target.model ?? null,
      weight: target.weight ?? 1,
      out: outOf(profile, keys, target.provider),
    })),
    balance: route.policy.balance ?? profile.policy.balance,
    policy: route.policy,
  };
}

function outOf(profile: Profile, keys: KeyPort, name: string): string | null {
  const provider = profile.providers.find((candidate) => candidate.name === name);
  return (provider && whyOut(provider, keys)) ?? null;
}
