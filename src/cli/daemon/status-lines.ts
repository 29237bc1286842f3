import type { Counters, Latency, ProviderStatus, Status } from '../../control/index.ts';
import { FAULTS } from '../../core/fault.ts';
import type { TargetHealth } from '../../core/health.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { limitLines, statusBudgetLine } from '../budget/words.ts';
import { recordingSentence } from '../cassette/words.ts';
import { chaosSentence } from '../chaos/words.ts';
import { formatDollars } from '../story/words.ts';
import type { Style } from '../style.ts';
import { type Cell, formatTable, truncate } from '../table.ts';
import { downLines, downRoutes } from './down-routes.ts';

/** The status for a terminal of this width (60 to 100 columns are laid out for), line by line. */
export function statusLines(status: Status, style: Style, columns: number): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  return [
    ...headLines(status, style, width),
    ...counterLines(status.counters, status.latency).map((line) => `  ${truncate(line, width - 2)}`),
    ...loadLines(status),
    ...cacheLines(status.cache).map((line) => `  ${truncate(line, width - 2)}`),
    ...budgetLines(status, style).map((line) => `  ${line}`),
    ...limitLines((status.rates ?? []).filter(({ waited, refused }) => waited + refused > 0)).map(
      (line) => `  ${style.yellow(`limit: ${terminalSafe(line)}`)}`,
    ),
    ...captureLines(status.capture),
    ...recordingLines(status),
    ...(status.socket === undefined ? [] : [`  also at the socket ${terminalSafe(status.socket)}`]),
    ...chaosLines(status, style),
    '',
    ...providerTable(status, style, width).split('\n'),
    ...downRouteLines(status, style),
    ...problemLines(status, style),
  ];
}

/** One line where it fits; a narrow terminal gets the profile on a line of its own. */
function headLines(status: Status, style: Style, width: number): string[] {
  const { symbol, words, colour } = headState(status);
  const profile = `profile ${terminalSafe(status.profile)}`;
  const up = `up ${formatDuration(status.now - status.startedAt)}`;
  const plain = [`${symbol} ${words}`, status.address, profile, up].join('  ');
  const state = style[colour](`${symbol} ${words}`);
  const address = style.bold(status.address);
  if (displayWidth(plain) <= width) return [[state, address, profile, up].join('  ')];
  return [[state, address, up].join('  '), `  ${truncate(profile, width - 2)}`];
}

function headState({ draining, offline }: Status): ProviderState {
  if (draining) return { symbol: '◌', words: 'gw is stopping', colour: 'yellow' };
  if (offline) return { symbol: '✗', words: 'gw is running, OFFLINE', colour: 'red' };
  return { symbol: '●', words: 'gw is running', colour: 'green' };
}

/** Said only when somebody waits or was turned away: otherwise there is room. */
function loadLines({ load, providers }: Status): string[] {
  const places = [
    ...(load === undefined ? [] : [{ name: 'gw', load }]),
    ...providers.flatMap(({ name, load: own }) => (own === undefined ? [] : [{ name, load: own }])),
  ];
  return places.flatMap(({ name, load: { inFlight, limit, queued, refused } }) => {
    if (queued === 0 && refused === 0) return [];
    const full = `${count(inFlight)} of ${limit === undefined ? 'any' : count(limit)} under way`;
    const turned = refused > 0 ? `, ${count(refused)} found no room` : '';
    return [`  ${terminalSafe(name)}: ${full}, ${count(queued)} waiting${turned}`];
  });
}

/** Requests that were answered without a call of their own. */
function cacheLines(cache: Status['cache']): string[] {
  if (cache === undefined) return [];
  const { hits, misses, coalesced, stale, savedUsd } = cache;
  const rare = [
    ...(coalesced > 0 ? [`${count(coalesced)} shared`] : []),
    ...(stale > 0 ? [`${count(stale)} stale`] : []),
    ...(savedUsd === undefined ? [] : [`${formatDollars(savedUsd)} saved`]),
  ];
  return [[`cache: answered ${count(hits)} of ${count(hits + misses)}`, ...rare].join(' · ')];
}

/** The fullest first; those of single sessions only when they are nearly used up. */
function budgetLines({ budgets = [] }: Status, style: Style): string[] {
  const told = budgets.filter(({ holder, share, at }) => holder === undefined || share >= (at[0] ?? 1));
  return told
    .sort((a, b) => b.share - a.share)
    .map((view) => {
      const paint =
        view.share >= 1 ? style.red : view.share >= (view.at[0] ?? 1) ? style.yellow : style.reset;
      return paint(`budget: ${terminalSafe(statusBudgetLine(view))}`);
    });
}

/** That bodies are written down is nothing to forget. */
function captureLines(capture: Status['capture']): string[] {
  if (capture === undefined || capture === 'off') return [];
  const which = capture === 'all' ? 'all requests' : 'requests in which something failed';
  return [`  bodies of ${which} are kept (--capture ${capture})`];
}

/** Somebody's prompts are being written into a file. */
function recordingLines({ recordings = [], now }: Status): string[] {
  return recordings.map((view) => `  ${recordingSentence(view, now)}`);
}

/** What fails on purpose would be looked for everywhere else. */
function chaosLines({ chaos = [], now }: Status, style: Style): string[] {
  return chaos.flatMap((view) => [
    style.yellow(`  ▲ chaos: ${chaosSentence(view, now)}`),
    `    fix: gw chaos stop ${terminalSafe(view.provider)}`,
  ]);
}

function counterLines(counters: Counters, latency: Latency): string[] {
  const { live, served, failovers, failed, cut, gone, dropped } = counters;
  const rare = [
    failed > 0 ? `${count(failed)} failed` : '',
    cut > 0 ? `${count(cut)} cut` : '',
    gone > 0 ? `${count(gone)} gone` : '',
    dropped > 0 ? `${count(dropped)} unrecorded` : '',
  ].filter((text) => text !== '');
  const first = [
    `${count(live)} live`,
    `${count(served)} served`,
    `${count(failovers)} failed over`,
    ...rare,
  ];
  if (latency.p50 === undefined) return [first.join(' · ')];
  const firstContent =
    latency.firstContentP50 === undefined ? [] : [`first token ${formatDuration(latency.firstContentP50)}`];
  const times = [
    `${latency.perMinute.toFixed(latency.perMinute < 10 ? 1 : 0)}/min`,
    `p50 ${formatDuration(latency.p50)}`,
    `p95 ${formatDuration(latency.p95 ?? latency.p50)}`,
    ...firstContent,
  ];
  return [first.join(' · '), `last 5 min: ${times.join(' · ')}`];
}

function providerTable(status: Status, style: Style, width: number): string {
  const columns = [
    { title: 'provider', shrinkTo: 8 },
    { title: 'state', shrinkTo: 12 },
    { title: 'p50', align: 'right' },
    { title: 'p95', align: 'right' },
    { title: 'ttft', align: 'right' },
    { title: 'errors', align: 'right' },
    { title: '', shrinkTo: 8 },
  ] as const;
  const rows = status.providers.map((provider) => providerRow(provider, status, style));
  return formatTable(columns, rows, { width, indent: 2, paintTitle: style.dim });
}

function providerRow(provider: ProviderStatus, status: Status, style: Style): Cell[] {
  // One that only fails has nothing to tell of times, however often it was asked.
  const busiest = [...provider.targets].sort((a, b) => answered(b) - answered(a))[0];
  const state = providerState(provider, status.now);
  const routes = status.routes.filter(({ serving }) => serving?.target.provider === provider.name);
  return [
    provider.name,
    { text: `${state.symbol} ${state.words}`, paint: (text) => style[state.colour](text) },
    milliseconds(busiest?.recent.p50),
    milliseconds(busiest?.recent.p95),
    milliseconds(busiest?.recent.firstContentP50),
    errorShare(provider.targets),
    routes.length === 0 ? '' : { text: `◀ ${routes.map(({ name }) => name).join(', ')}`, paint: style.cyan },
  ];
}

function answered({ recent }: TargetHealth): number {
  return recent.attempts - recent.failures;
}

interface ProviderState {
  readonly symbol: string;
  readonly words: string;
  readonly colour: 'green' | 'yellow' | 'red' | 'dim';
}

/** The state in a word beside its symbol: colour alone tells some people nothing. */
function providerState(provider: ProviderStatus, now: number): ProviderState {
  if (!provider.enabled) return { symbol: '○', words: 'disabled', colour: 'dim' };
  if (provider.keys.length > 0 && provider.keys.every(({ resolved }) => !resolved)) {
    return { symbol: '✗', words: 'no key', colour: 'red' };
  }
  const resting = provider.targets.flatMap((target) => restingWords(target, now));
  const first = resting[0];
  if (first !== undefined) {
    const every = resting.length === provider.targets.length;
    return { symbol: every ? '✗' : '◐', words: first, colour: every ? 'red' : 'yellow' };
  }
  if (provider.targets.every(({ attempts }) => attempts === 0)) {
    return { symbol: '○', words: 'not used yet', colour: 'dim' };
  }
  const failedAt = lastFailure(provider.targets, now);
  if (failedAt !== undefined) {
    const words = `failed ${formatDuration(Math.max(0, now - failedAt))} ago`;
    return { symbol: '◐', words, colour: 'yellow' };
  }
  return { symbol: '●', words: 'ok', colour: 'green' };
}

// As far back as the other figures of the table look.
const RECENT_MS = 5 * 60_000;

/** When the last call failed, if it did, and lately: a breaker opens only after several. */
function lastFailure(targets: readonly TargetHealth[], now: number): number | undefined {
  const [last] = targets.flatMap((target) => target.last ?? []).sort((a, b) => b.at - a.at);
  if (last?.fault === undefined || FAULTS[last.fault].scope === 'request') return undefined;
  return now - last.at <= RECENT_MS ? last.at : undefined;
}

function restingWords({ breaker, cooldown }: TargetHealth, now: number): string[] {
  if (cooldown !== undefined) {
    const until = cooldown.until === undefined ? 'until changed' : left(cooldown.until, now);
    return [`${SHORT_REASONS[cooldown.reason] ?? 'cooling down'}, ${until}`];
  }
  if (breaker.is === 'open') return [`failing, ${left(breaker.until, now)}`];
  if (breaker.is === 'closed') return [];
  return [breaker.probing ? 'on trial' : 'trial due'];
}

/** What a cooldown's reason is called in a column of a dozen characters. */
const SHORT_REASONS: Readonly<Record<string, string>> = {
  upstream_rate_limited: 'rate limited',
  upstream_refused_key: 'key refused',
  upstream_out_of_credit: 'no credit',
};

function left(until: number, now: number): string {
  return until <= now ? 'ends now' : `${formatDuration(until - now)} left`;
}

function errorShare(targets: readonly TargetHealth[]): string {
  const attempts = targets.reduce((sum, { recent }) => sum + recent.attempts, 0);
  const failures = targets.reduce((sum, { recent }) => sum + recent.failures, 0);
  return attempts === 0 ? '–' : `${Math.round((100 * failures) / attempts)}%`;
}

/** That one provider fails is what gw is for; that all do is news. */
function downRouteLines(status: Status, style: Style): string[] {
  const lines = downLines(downRoutes(status)).flatMap(({ message, fix }) => [
    style.red(`  ✗ ${message}`),
    `    fix: ${terminalSafe(fix)}`,
  ]);
  return lines.length === 0 ? [] : ['', ...lines];
}

function problemLines({ problems }: Status, style: Style): string[] {
  if (problems.length === 0) return [];
  const lines = problems.flatMap(({ message, fix }) => [
    ...message
      .split(/\n\s*/)
      .map((line, at) => style.yellow(`  ${at === 0 ? '!' : ' '} ${terminalSafe(line)}`)),
    ...(fix === undefined ? [] : [`    fix: ${terminalSafe(fix)}`]),
  ]);
  return ['', ...lines];
}

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}

/** As `toLocaleString('en-US')` has it, whose first call alone takes 10 ms of the 30 that this command may. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
