import { placeBelow } from '../../../config/index.ts';
import { DEFAULT_POLICY, type Policy } from '../../../core/policy.ts';
import { firstContentLimit, reasoningOf } from '../../../resilience/index.ts';
import { formatWait } from '../../story/words.ts';
import { type Chain, standIns } from '../chains.ts';
import type { LintFinding, LintRule } from '../rule.ts';
import type { LintScene } from '../scene.ts';

/**
 * How long known clients wait unless told otherwise, and for what. Sources: `DEFAULT_TIMEOUT` in client.ts of openai-node
 * and of anthropic-sdk-typescript (600000); `DEFAULT_STREAM_IDLE_TIMEOUT_MS` of Codex (300_000), whose idle timer does
 * not count comments as life.
 */
const PATIENCE: readonly {
  readonly client: string;
  readonly ms: number;
  readonly limit: keyof Policy & `${string}Ms`;
}[] = [
  { client: 'the OpenAI and Anthropic SDKs wait', ms: 600_000, limit: 'totalMs' },
  { client: 'the OpenAI and Anthropic SDKs wait', ms: 600_000, limit: 'answerLastMs' },
  { client: 'the Codex CLI waits in a silent stream', ms: 300_000, limit: 'idleMs' },
];

/** An outage of a provider is mostly over within minutes; a breaker that stays open for longer prolongs it. */
const LONG_OPEN_MS = 300_000;
/** More failures in a row than any caller has patience for. */
const NEVER_OPENS = 50;

/** Limits of which the first must not be the larger one, and what happens then. */
const PAIRS: readonly {
  readonly low: keyof Policy & `${string}Ms`;
  readonly high: keyof Policy & `${string}Ms`;
  readonly why: string;
  readonly equal?: true;
}[] = [
  { low: 'breakerOpenMs', high: 'breakerOpenCapMs', why: 'the cap wins from the start' },
  { low: 'backoffMs', high: 'backoffCapMs', why: 'the cap wins from the start' },
  { low: 'learnedLeastMs', high: 'learnedMostMs', why: 'what is learned counts for nothing' },
  {
    low: 'connectMs',
    high: 'firstContentMs',
    why: 'time for the first content is over before that for connecting',
  },
  { low: 'answerMs', high: 'answerLastMs', why: 'the last target gets less time than the others' },
  { low: 'waitMs', high: 'waitLastMs', why: 'the last target is waited for less than the others' },
  {
    low: 'idleTakeoverMs',
    high: 'idleMs',
    why: 'an answer that stalls is given up before anybody takes it over',
    equal: true,
  },
];

/** Limits and switches of the failure policy that work against each other. */
export const LIMIT_RULES: readonly LintRule[] = [
  {
    code: 'over-patience',
    severity: 'warning',
    finds: 'a deadline longer than known clients wait',
    why: 'The caller has hung up, and perhaps asks again, while gw still tries and pays.',
    look: (scene) =>
      policies(scene).flatMap((own) =>
        PATIENCE.filter(({ limit, ms }) => own.policy[limit] > ms && own.decides(limit)).map(
          ({ client, limit, ms }) => ({
            route: own.route,
            sentence: `${limit} is ${shortWait(own.policy[limit])}, but ${client} ${shortWait(ms)}`,
            fix: own.set(limit, shortWait(ms)),
          }),
        ),
      ),
  },
  {
    code: 'no-time-for-all',
    severity: 'warning',
    finds: 'a total deadline that is over before every target had its time until first content',
    why: 'The last targets are asked in what little is left, or never.',
    look: (scene) => scene.chains.flatMap((chain) => noTime(scene, chain)),
  },
  {
    code: 'contradicting-limits',
    severity: 'warning',
    finds: 'two limits of which one makes the other pointless',
    why: 'What was set is not what happens.',
    look: (scene) =>
      policies(scene).flatMap((own) =>
        PAIRS.filter(({ low, high, equal }) => {
          const [less, more] = [own.policy[low], own.policy[high]];
          return (
            (less > more || (equal === true && less === more)) && (own.decides(low) || own.decides(high))
          );
        }).map(({ low, high, why }) => ({
          route: own.route,
          sentence: `${low} (${shortWait(own.policy[low])}) is not below ${high} (${shortWait(own.policy[high])}): ${why}`,
          fix: own.set(
            own.decides(low) ? low : high,
            shortWait(DEFAULT_POLICY[own.decides(low) ? low : high]),
          ),
        })),
      ),
  },
  {
    code: 'breaker-never-opens',
    severity: 'warning',
    finds: `a breaker that needs ${NEVER_OPENS} failures in a row or more, and no share of failures opens it`,
    why: 'Every request waits for the dead target first, for as long as the outage lasts.',
    look: (scene) =>
      policies(scene)
        .filter(
          ({ policy }) =>
            policy.breakerFailures >= NEVER_OPENS &&
            (policy.breakerMinimum >= NEVER_OPENS * 2 || policy.breakerShare === 1),
        )
        .filter(
          (own) =>
            own.decides('breakerFailures') || own.decides('breakerMinimum') || own.decides('breakerShare'),
        )
        .map((own) => ({
          route: own.route,
          sentence: `the breaker opens after ${own.policy.breakerFailures} failures in a row at the earliest`,
          fix: own.set('breakerFailures', String(DEFAULT_POLICY.breakerFailures)),
        })),
  },
  {
    code: 'breaker-stays-open',
    severity: 'warning',
    finds: 'a breaker that stays open for more than five minutes',
    why: 'Most outages are shorter: the target is back long before it is asked again.',
    look: (scene) =>
      policies(scene)
        .filter((own) => own.policy.breakerOpenCapMs > LONG_OPEN_MS && own.decides('breakerOpenCapMs'))
        .map((own) => ({
          route: own.route,
          sentence: `a target may be left alone for ${shortWait(own.policy.breakerOpenCapMs)}`,
          fix: own.set('breakerOpenCapMs', shortWait(DEFAULT_POLICY.breakerOpenCapMs)),
        })),
  },
  {
    code: 'cut-told',
    severity: 'note',
    finds:
      'a route that tells the caller of an answer that breaks off, although another target could go on with it',
    why: 'The caller has half an answer and an error, and has to ask again.',
    look: ({ profile, chains }) =>
      chains
        .filter((chain) => chain.policy.onCut === 'error' && standIns(chain) !== undefined)
        .map(({ route }) => ({
          route: route.name,
          sentence: 'an answer that breaks off is not continued (onCut is error)',
          fix: `gw config set '${placeOf(profile.name, route.policy.onCut === undefined ? undefined : route.name, 'onCut')}' continue`,
        })),
  },
  {
    code: 'strict-formats',
    severity: 'warning',
    finds:
      'a route that allows no losses, and whose fallbacks all speak another format than its first target',
    why: 'A fallback is left out as soon as one setting cannot be told to it.',
    look: ({ profile, chains }) =>
      chains.flatMap((chain) => {
        const found = standIns(chain);
        if (chain.policy.losses !== 'strict' || !found) return [];
        const { first, others } = found;
        if (others.some(({ provider }) => speaks(first.provider.format, provider))) return [];
        const { name, policy } = chain.route;
        const place = placeOf(profile.name, policy.losses === undefined ? undefined : name, 'losses');
        const sentence = `no fallback speaks ${first.provider.format}, and losses is strict`;
        return [{ route: name, sentence, fix: `gw config set '${place}' warn` }];
      }),
  },
  {
    code: 'weights-unused',
    severity: 'note',
    finds: 'weights in a route whose strategy does not look at them',
    why: 'The targets are not asked as often as they seem to be.',
    look: ({ chains }) =>
      chains
        .filter(({ policy }) => policy.balance !== 'weighted' && policy.balance !== 'least-busy')
        .filter(({ route }) => route.targets.some(({ weight }) => weight !== undefined))
        .map(({ route, policy }) => ({
          route: route.name,
          sentence: `its weights count for nothing, as its strategy is ${policy.balance}`,
          fix: `gw route set ${route.name} --balance weighted`,
        })),
  },
];

function speaks(format: string, provider: Chain['links'][number]['provider']): boolean {
  return provider.format === format || provider.alsoSpeaks.some((also) => also === format);
}

/** A policy that somebody wrote: the profile's, and those of routes that differ from it. */
interface OwnPolicy {
  readonly route: string | undefined;
  readonly policy: Policy;
  /** Whether the knob is set here, so that it is told once and where it can be changed. */
  decides(knob: keyof Policy): boolean;
  set(knob: keyof Policy, value: string): string;
}

function policies({ profile }: LintScene): OwnPolicy[] {
  const own = (
    route: string | undefined,
    policy: Policy,
    isSet: (knob: keyof Policy) => boolean,
  ): OwnPolicy => ({
    route,
    policy,
    decides: isSet,
    set: (knob, value) => `gw config set '${placeOf(profile.name, route, knob)}' ${value}`,
  });
  return [
    own(undefined, profile.policy, (knob) => profile.policy[knob] !== DEFAULT_POLICY[knob]),
    ...profile.routes
      .filter(({ policy }) => Object.keys(policy).length > 0)
      .map(({ name, policy }) =>
        own(name, { ...profile.policy, ...policy }, (knob) => policy[knob] !== undefined),
      ),
  ];
}

function placeOf(profile: string, route: string | undefined, knob: keyof Policy): string {
  const below = route === undefined ? ['policy', knob] : ['routes', route, 'policy', knob];
  return ['profiles', profile, ...below].reduce((place, name) => placeBelow(place, name), '');
}

/** What was learned of models lengthens or shortens limits, so the static ones are what can be promised. */
function noTime({ profile }: LintScene, { route, policy, links }: Chain): LintFinding[] {
  const needed = links
    .slice(0, -1)
    .map(({ model = '' }) =>
      firstContentLimit(policy, { stream: true, isLast: false, reasoning: reasoningOf(model) }),
    );
  const sum = needed.reduce((total, ms) => total + ms, 0);
  if (links.length < 2 || sum < policy.totalMs) return [];
  const place = placeOf(profile.name, route.policy.totalMs === undefined ? undefined : route.name, 'totalMs');
  const sentence = `${links.length - 1} targets may take ${shortWait(sum)} before the last is asked, and totalMs is ${shortWait(policy.totalMs)}`;
  return [
    {
      route: route.name,
      sentence,
      fix: `gw config set '${place}' ${Math.ceil((sum + policy.firstContentMs) / 1000)}s`,
    },
  ];
}

/** As somebody would write it down: `10m`, not `10m00s`. */
function shortWait(ms: number): string {
  return formatWait(ms).replace(/(?<=\dm)00s$/, '');
}
