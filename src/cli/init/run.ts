import { emptyProfile } from '../../config/index.ts';
import type { Preset } from '../../core/profile.ts';
import type { JsonObject } from '../../lib/expect.ts';
import { clientNamed, clientsThat } from '../clients/clients.ts';
import { loadingLine } from '../clients/detect-shell.ts';
import { ensureRunning } from '../clients/ensure-running.ts';
import { findProgram } from '../clients/find-program.ts';
import { placeOf } from '../clients/gateway.ts';
import { askStatus } from '../clients/reach.ts';
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
import { formatDollars } from '../story/words.ts';
import { adoptKey } from './adopt.ts';
import { trialCost } from './cost.ts';
import { findKeysElsewhere, type KeyElsewhere } from './elsewhere.ts';
import { findProviders, type Found, LOCAL_TIMEOUT_MS } from './find.ts';
import { otherAddresses } from './other-address.ts';
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
  for (const note of otherAddresses(context.env, presets, open.config.settings.listen.port))
    context.say(note);
  const elsewhere = findKeysElsewhere(placeOf(context), presets);
  const adopted = (await mayAdopt(context, input, elsewhere, asking)) ? elsewhere : [];
  const found = await findProviders(context, presets, {
    localTimeoutMs,
    send: !input.isOff('test'),
    adopted,
  });
  const hint = adopted.length > 0 ? undefined : elsewhereHint(elsewhere);
  if (found.length === 0 && open.profile.providers.length === 0) throw nothingFound(presets, hint);
  const costUsd = await trialCost(context, found);
  if (!context.json) showFound(context, { found, hint, costUsd });
  const plan = planInit(open.profile, found);
  if (!context.json) showPlan(context, plan);
  if (plan.providers.length > 0 && !(await write(context, open, plan, asking))) {
    return context.say('Nothing was written.');
  }
  const address = await startIfAsked(context, input);
  const next = nextCommands(context, plan, address !== undefined);
  if (context.json)
    return context.printJson(resultJson(plan, { found, hint, costUsd, elsewhere, address, next }));
  context.print(`\nnext:\n${next.map((line) => `  ${line}`).join('\n')}`);
}

/** What only the environment implies is what init is about to write down. */
function withoutImplied(open: OpenProfile): OpenProfile {
  if (open.source === 'file') return open;
  return { ...open, source: 'file', profile: emptyProfile(open.config.activeProfile) };
}

interface Shown {
  readonly found: readonly Found[];
  readonly hint: string | undefined;
  readonly costUsd: number | undefined;
}

function showFound(context: Context, { found, hint, costUsd }: Shown): void {
  if (found.length > 0) {
    context.print('');
    context.print(
      formatChecks(
        context,
        found.map(({ check }) => check),
      ),
    );
  }
  if (costUsd !== undefined) context.print(`The words asked for cost ${formatDollars(costUsd)} at most.`);
  if (hint !== undefined) context.print(`note: ${hint}`);
}

/** A key of another file is copied only where its owner says so. */
async function mayAdopt(
  context: Context,
  input: Input,
  elsewhere: readonly KeyElsewhere[],
  asking: boolean,
): Promise<boolean> {
  if (input.flag('adopt') || elsewhere.length === 0) return input.flag('adopt');
  const names = elsewhere.map(({ variable, place }) => `${variable} (${place})`).join(', ');
  const question = `Not in the environment, but in files: ${names}. Copy into gw's own keeping (keychain, or a file only you can read)?`;
  return asking && confirm(context, { question, otherwise: false, instead: 'gw init --adopt' });
}

/** The address, where gw runs from now on. */
async function startIfAsked(context: Context, input: Input): Promise<string | undefined> {
  const running = await askStatus(context);
  if (typeof running !== 'string') return running.address;
  if (!input.flag('start')) return undefined;
  const { address } = await ensureRunning(context, true, 'gw start');
  return address;
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
  const references = new Map<string, JsonObject>();
  for (const { name, adopted } of plan.providers) {
    if (adopted) references.set(name, await adoptKey(context, name, adopted.key));
  }
  await changeProfile(context, open, ({ providers, routes }) => {
    for (const { name, entry } of plan.providers) {
      const own = references.get(name);
      // Another gw may have added it while this one was asking.
      if (!Object.hasOwn(providers, name)) putEntry(providers, name, own ? { ...entry, keys: [own] } : entry);
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

function nextCommands({ env }: Context, { kept, added }: InitPlan, runs: boolean): string[] {
  const look = kept.length + added.length > 1 ? 'gw test-route' : 'gw dash';
  const agent = clientsThat('launch').find(
    (id) => findProgram(clientNamed(id).program ?? id, env) !== undefined,
  );
  return [
    ...(runs ? [] : ['gw start']),
    loadingLine(env),
    ...(agent === undefined ? [] : [`gw launch ${agent}`]),
    look,
  ];
}

/** Keys that files have and this shell does not. */
function elsewhereHint(elsewhere: readonly KeyElsewhere[]): string | undefined {
  const [first] = elsewhere;
  if (first === undefined) return undefined;
  const names = elsewhere.map(({ variable, place }) => `${variable} is in ${place}`).join(', ');
  const load = first.place === './.env' ? 'set -a; . ./.env; set +a' : `export ${first.variable}=…`;
  return `${names} but not in the environment, where gw looks: ${load}   (or have gw keep a copy: gw init --adopt)`;
}

function nothingFound(presets: readonly Preset[], hint: string | undefined): CommandError {
  // Those that were looked for; a hundred others have to be named.
  const likely = presets.filter(({ onRequest }) => !onRequest);
  const hosted = likely.filter(({ local, env }) => !local && env.length > 0);
  const names = [...new Set(hosted.map(({ env }) => env[0]))].join(', ');
  const servers = likely
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

interface Result extends Shown {
  readonly elsewhere: readonly KeyElsewhere[];
  readonly address: string | undefined;
  readonly next: readonly string[];
}

function resultJson(plan: InitPlan, { found, hint, costUsd, elsewhere, address, next }: Result) {
  return {
    found: found.map(({ check }) => checkJson(check)),
    added: plan.providers.map(({ name }) => name),
    route: { name: plan.route, targets: [...plan.kept, ...plan.added.map(({ target }) => target)] },
    reasons: plan.added,
    costUsd: costUsd ?? null,
    elsewhere: elsewhere.map(({ variable, place }) => ({ variable, place })),
    hint: hint ?? null,
    address: address ?? null,
    next,
  };
}
