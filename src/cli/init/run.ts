import { emptyProfile } from '../../config/index.ts';
import type { Preset } from '../../core/profile.ts';
import { loadingLine } from '../clients/detect-shell.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';
import { notifyDaemon } from '../notify.ts';
import { wrapWords } from '../problem.ts';
import { changeProfile, objectAt, type OpenProfile, openProfile, putEntry } from '../profile-file.ts';
import { confirm } from '../prompt.ts';
import { checkJson, formatChecks } from '../provider/report.ts';
import { formatTargets } from '../route/describe.ts';
import { draftTargets } from '../route/lookup.ts';
import { dotenvNames } from './dotenv.ts';
import { findProviders, type Found, LOCAL_TIMEOUT_MS } from './find.ts';
import { type InitPlan, planInit } from './plan.ts';

/** Sets a profile up from what is there: keys in the environment and servers on this machine. */
export async function runInit(
  context: Context,
  input: Input,
  presets: readonly Preset[],
  localTimeoutMs = LOCAL_TIMEOUT_MS,
): Promise<void> {
  const open = withoutImplied(openProfile(context, presets));
  const asking = context.interactive && !input.flag('yes');
  if (!context.json) context.say('Looking for keys in the environment and for servers on this machine …');
  const found = await findProviders(context, presets, localTimeoutMs);
  const hint = dotenvHint(context, presets);
  if (found.length === 0 && open.profile.providers.length === 0) throw nothingFound(presets, hint);
  if (!context.json) showFound(context, found, hint);
  const plan = planInit(open.profile, found);
  if (!context.json) showPlan(context, plan);
  if (plan.providers.length > 0 && !(await write(context, open, plan, asking))) {
    return context.say('Nothing was written.');
  }
  const next = nextCommands(context, plan);
  if (context.json) return context.printJson(resultJson(plan, found, hint, next));
  context.print(`\nnext:\n${next.map((line) => `  ${line}`).join('\n')}`);
}

/** What only the environment implies is what init is about to write down. */
function withoutImplied(open: OpenProfile): OpenProfile {
  if (open.source === 'file') return open;
  return { ...open, source: 'file', profile: emptyProfile(open.config.activeProfile) };
}

function showFound(context: Context, found: readonly Found[], hint: string | undefined): void {
  context.print('');
  if (found.length > 0) {
    context.print(
      formatChecks(
        context,
        found.map(({ check }) => check),
      ),
    );
  }
  if (hint !== undefined) context.print(`note: ${hint}`);
}

function showPlan(context: Context, { providers, route, kept, added }: InitPlan): void {
  if (providers.length === 0) {
    const order = kept.length > 0 ? `; route ${route} stays ${kept.join(', ')}` : '';
    return context.print(`\nNothing new to add${order}.`);
  }
  if (added.length === 0) return;
  const targets = [
    ...kept.map((target) => ({ target, note: 'as it was', out: false })),
    ...added.map(({ target, reason }) => ({ target, note: reason, out: false })),
  ];
  context.print(`\nRoute ${route} takes every model that no other route names, in this order:`);
  context.print(formatTargets(context, targets));
}

async function write(context: Context, open: OpenProfile, plan: InitPlan, asking: boolean): Promise<boolean> {
  const question = `Write this to ${open.file.path}?`;
  if (asking && !(await confirm(context, { question, otherwise: true, instead: 'gw init --yes' })))
    return false;
  await changeProfile(context, open, ({ providers, routes }) => {
    for (const { name, entry } of plan.providers) {
      // Another gw may have added it while this one was asking.
      if (!Object.hasOwn(providers, name)) putEntry(providers, name, entry);
    }
    if (plan.added.length === 0) return;
    const targets = draftTargets(routes, plan.route);
    const fresh = plan.added.map(({ target }) => target).filter((target) => !targets.includes(target));
    const route = objectAt(routes, plan.route);
    route['match'] ??= ['*'];
    route['targets'] = [...targets, ...fresh];
  });
  if (!context.json) context.print(`\nWritten to ${open.file.path}: where the keys are, not the keys.`);
  await notifyDaemon(context);
  return true;
}

function nextCommands({ env }: Context, { kept, added }: InitPlan): string[] {
  const look = kept.length + added.length > 1 ? 'gw test-route' : 'gw dash';
  return ['gw start', loadingLine(env), look];
}

/** Keys that a project's `.env` has and this shell does not. */
function dotenvHint({ cwd, env }: Context, presets: readonly Preset[]): string | undefined {
  const wanted = new Set(presets.flatMap((preset) => preset.env));
  const names = dotenvNames(cwd).filter((name) => wanted.has(name) && !env[name]?.trim());
  if (names.length === 0) return undefined;
  const are = names.length === 1 ? 'is' : 'are';
  return `${names.join(', ')} ${are} in ./.env but not in the environment, where gw looks: set -a; . ./.env; set +a`;
}

function nothingFound(presets: readonly Preset[], hint: string | undefined): CommandError {
  const hosted = presets.filter(({ local, env }) => !local && env.length > 0);
  const names = hosted.map(({ env }) => env[0]).join(', ');
  const servers = presets
    .filter(({ local }) => local)
    .map(({ title, url }) => `${title} (${new URL(url).host})`);
  const first = hosted[0];
  const make = first
    ? `export ${first.env[0] ?? ''}=… (keys: ${first.keysPage ?? first.url})`
    : 'start a server';
  return new CommandError('There is no key and no local server to start from.', {
    why: wrapWords(`none of ${names} is set, and none of ${servers.join(', ')} answers`),
    fix: `${hint ?? make}, then again: gw init\n       or see it work without any: gw demo`,
  });
}

function resultJson(
  plan: InitPlan,
  found: readonly Found[],
  hint: string | undefined,
  next: readonly string[],
) {
  return {
    found: found.map(({ check }) => checkJson(check)),
    added: plan.providers.map(({ name }) => name),
    route: { name: plan.route, targets: [...plan.kept, ...plan.added.map(({ target }) => target)] },
    hint: hint ?? null,
    next,
  };
}
