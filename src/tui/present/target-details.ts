import type { ProviderStatus, Status } from '../../control/index.ts';
import type { BreakerView, CooldownView, LimitView, RecentHealth, TargetHealth } from '../../core/health.ts';
import { costOf } from '../../core/spending.ts';
import { sameTarget } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { fitText, flow, foreign, type Line, span, type Tone, wrapText } from './line.ts';
import { dollars } from './money.ts';
import { placesOf, providerOf } from './routes.ts';
import { stateWord, TARGET_STATES, type TargetRow } from './target-state.ts';
import { age, count, countdown, faultWord, latency, percent } from './words.ts';

const LABEL_WIDTH = 12;
const BAR_WIDTH = 20;
// From here on a limit is about to be met, and before that worth a look.
const LITTLE = 0.05;
const SCARCE = 0.2;

/** One target in full: breaker, keys, routes, figures, what went wrong last. */
export function targetDetails(
  row: TargetRow,
  {
    status,
    recent,
    now,
  }: { readonly status: Status; readonly recent: readonly Trail[]; readonly now: number },
  columns: number,
): readonly Line[] {
  const { health } = row;
  const provider = status.providers.find(({ name }) => name === providerOf(row));
  const { symbol, tone } = TARGET_STATES[row.state];
  return [
    [span(row.name, 'heading'), span(`   ${symbol} ${stateWord(row, now)}`, tone)],
    // First of all: on a small terminal there is room for little else.
    ...(health === undefined ? [] : troubleLines(health, now, columns - LABEL_WIDTH)),
    labelled('address', addressLine(provider)),
    labelled('key', keyLine(provider, health)),
    labelled('routes', [span(routesText(row, status))]),
    ...(health === undefined
      ? [labelled('', [span('no request was sent there since the daemon started', 'dim')])]
      : healthLines(health, recent, now, columns)),
  ];
}

/** Where it is, and what is spoken there; requests in other formats are translated. */
function addressLine(provider: ProviderStatus | undefined): Line {
  if (provider === undefined) return [span('–')];
  const { url, format, alsoSpeaks = [] } = provider;
  const spoken = format === undefined ? '' : `   speaks ${[format, ...alsoSpeaks].join(', ')}`;
  return [span(foreign(url)), span(spoken, 'dim')];
}

/** The three states of a breaker, the one it is in marked by brackets. */
export function breakerLine(breaker: BreakerView, now: number): Line {
  const state = (is: BreakerView['is'], text: string, tone: Tone) =>
    breaker.is === is ? span(`[${text}]`, tone) : span(` ${text} `, 'dim');
  const until = breaker.is === 'open' ? ` ${countdown(breaker.until, now)}` : '';
  const probing =
    breaker.is === 'half-open' ? (breaker.probing ? ', probe under way' : ', next request probes') : '';
  return [
    state('closed', 'closed', 'good'),
    span(' ─ failures → ', 'dim'),
    state('open', `open${until}`, 'bad'),
    span(' ─ time → ', 'dim'),
    state('half-open', `half-open${probing}`, 'warn'),
    span(' ─ 2 successes → closed', 'dim'),
  ];
}

function healthLines(
  health: TargetHealth,
  recent: readonly Trail[],
  now: number,
  columns: number,
): readonly Line[] {
  const { breaker, last, recent: lately } = health;
  const wide = columns - LABEL_WIDTH;
  return [
    labelled('breaker', breakerLine(breaker, now)),
    ...flowing('5 min', recentFigures(lately), wide),
    ...flowing(
      'since start',
      [
        `${attemptCount(health.attempts)}, ${count(health.failures)} failed`,
        `${count(health.served)} served, ${count(health.live)} live`,
      ],
      wide,
    ),
    ...(health.limits ?? []).map((limit, index) => limitLine(limit, index, now)),
    labelled('cost', [span(costText(health, recent))]),
    ...(last?.fault === undefined
      ? []
      : paragraph(
          'last error',
          `${age(now - last.at)} ago, ${faultWord(last.fault)}${last.message === undefined ? '' : `: ${foreign(last.message)}`}`,
          wide,
          'plain',
        )),
  ];
}

/** Why it is left alone; nothing while it is not. */
function troubleLines({ breaker, cooldown }: TargetHealth, now: number, columns: number): readonly Line[] {
  const why = breaker.is === 'closed' ? undefined : breaker.reason;
  const message = breaker.is === 'open' ? `: ${foreign(breaker.message)}` : '';
  return [
    ...(why === undefined ? [] : paragraph('because', `${faultWord(why)}${message}`, columns, 'warn')),
    ...(cooldown === undefined ? [] : paragraph('cooldown', cooldownText(cooldown, now), columns, 'warn')),
  ];
}

function cooldownText({ until, reason, message }: CooldownView, now: number): string {
  const left =
    until === undefined
      ? 'until something changes'
      : until <= now
        ? 'over, and not asked since'
        : `for ${countdown(until, now)}`;
  return `${left}, ${faultWord(reason)}: ${foreign(message)}`;
}

/** What is left of a limit, as a bar and in words; it is as old as the last answer. */
function limitLine({ name, limit, remaining, at, resetAt }: LimitView, index: number, now: number): Line {
  const share = remaining / limit;
  const tone: Tone = share <= LITTLE ? 'bad' : share <= SCARCE ? 'warn' : 'good';
  const filled = remaining === 0 ? 0 : Math.max(1, Math.round(share * BAR_WIDTH));
  const whole = resetAt === undefined || resetAt <= now ? '' : `, whole in ${countdown(resetAt, now)}`;
  return labelled(index === 0 ? 'left' : '', [
    span('█'.repeat(filled), tone),
    span('░'.repeat(BAR_WIDTH - filled), 'dim'),
    span(`  ${count(remaining)} of ${count(limit)} ${foreign(name)}${whole}`),
    span(`   told ${age(now - at)} ago`, 'dim'),
  ]);
}

function keyLine(provider: ProviderStatus | undefined, health: TargetHealth | undefined): Line {
  const keys = provider?.keys ?? [];
  if (keys.length === 0) return [span('none needed', 'dim')];
  return keys.flatMap(({ label, resolved }, index) => [
    span(`${index === 0 ? '' : '   '}${foreign(label)} `, label === health?.target.key ? 'strong' : 'plain'),
    span(resolved ? '✓ found' : '✗ not found', resolved ? 'good' : 'bad'),
  ]);
}

function routesText(row: TargetRow, status: Status): string {
  const places = placesOf(row, status);
  if (places.length === 0) return 'none leads there';
  return places
    .map(({ route, index }) => {
      const balance = route.balance === undefined ? '' : `, ${route.balance}`;
      return `${foreign(route.name)} (${index + 1} of ${route.targets.length}${balance})`;
    })
    .join(', ');
}

function costText({ target }: TargetHealth, recent: readonly Trail[]): string {
  const own = recent.filter(({ served }) => served !== undefined && sameTarget(served, target));
  if (own.length === 0) return 'nothing served lately';
  const costs = own.map(costOf).filter((cost) => cost !== undefined);
  const sum = costs.length === 0 ? undefined : costs.reduce((total, cost) => total + cost, 0);
  return `${dollars(sum)} for the last ${count(own.length)} it served (5 shows all)`;
}

function labelled(label: string, line: Line): Line {
  return [span(fitText(label, LABEL_WIDTH), 'dim'), ...line];
}

/** Dashes in a row say less than that nobody asked. */
function recentFigures({ attempts, failures, p50, p95, firstContentP50, firstContentP95 }: RecentHealth) {
  if (attempts === 0) return ['not asked'];
  return [
    `${attemptCount(attempts)}, ${percent(failures, attempts)} failed`,
    ...(p50 === undefined ? [] : [`p50 ${latency(p50)}  p95 ${latency(p95)}`]),
    ...(firstContentP50 === undefined
      ? []
      : [`first token p50 ${latency(firstContentP50)}  p95 ${latency(firstContentP95)}`]),
  ];
}

function attemptCount(attempts: number): string {
  return `${count(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}

/** Groups side by side as far as they fit, the others below. */
function flowing(label: string, groups: readonly string[], columns: number): readonly Line[] {
  const lines = flow(
    groups.map((text) => [span(text)]),
    columns,
  );
  return lines.map((line, index) => labelled(index === 0 ? label : '', line));
}

function paragraph(label: string, text: string, columns: number, tone: Tone): readonly Line[] {
  return wrapText(text, columns)
    .slice(0, 2)
    .map((piece, index) => labelled(index === 0 ? label : '', [span(piece, tone)]));
}
