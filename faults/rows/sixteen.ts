import type { Ask, Asker, Heard } from '../../test/flow/simulator-asker.ts';
import { SDK_ASKERS } from '../../test/flow/simulator-askers-sdk.ts';
import type { Gateway, ProviderEntry, RouteEntry } from '../gateway.ts';
import { comesTrue, forEach, times } from '../pause.ts';
import { PrefillRefuser } from '../prefill-refuser.ts';
import type { Finding, MeasuredRow } from '../row.ts';
import type { Scene, Upstream } from '../scene.ts';
import { duration, largest, messageOf, Tally } from '../tally.ts';

const QUESTION = 'Tell me something.';
const TOKENS = 60;
/** A caller never sees more calls than this on a target that fails. */
const MOST_CALLS = 6;

interface Fault {
  readonly id: string;
  readonly says: string;
  /** What the first target does; `n` is how many callers there are, for faults that happen once to each. */
  readonly first: (n: number) => string;
  /** A whole answer by this time. */
  readonly withinMs: number;
  /** The caller is to be told the provider's reason instead. */
  readonly told?: RegExp;
  /** The answer may go on in other words than the first target's, from where that was cut. */
  readonly cut?: boolean;
  readonly refusesPrefill?: boolean;
}

const SOON_MS = 12_000;
const STALL_MS = 45_000;
const SLOW_FIRST_TOKEN_MS = 15_000;

const FAULTS: readonly Fault[] = [
  {
    id: '429-once',
    says: '429 once, with retry-after: 2',
    first: (n) => `tokens=${TOKENS}+429;retry-after=2;first=${n}`,
    withinMs: SOON_MS,
  },
  { id: '429-ever', says: '429 for ever', first: () => '429', withinMs: SOON_MS },
  { id: '500-once', says: '500 once', first: (n) => `tokens=${TOKENS}+500;first=${n}`, withinMs: SOON_MS },
  { id: '503-ever', says: '503 for ever', first: () => '503', withinMs: SOON_MS },
  { id: 'reset', says: 'a TCP reset before the headers', first: () => 'reset@accept', withinMs: SOON_MS },
  {
    id: 'silence',
    says: 'silence for 120 s',
    first: () => 'slow-headers=120s',
    withinMs: SLOW_FIRST_TOKEN_MS,
  },
  {
    id: 'slow-first-token',
    says: 'headers at once, but the first token after 20 s',
    first: () => `tokens=${TOKENS}+slow-first-token=20s`,
    withinMs: SLOW_FIRST_TOKEN_MS,
  },
  {
    id: 'cut',
    says: 'cut at token 40 of 60',
    first: () => `tokens=${TOKENS}+cut@token=40`,
    withinMs: SOON_MS,
    cut: true,
  },
  {
    id: 'stall',
    says: 'a stall after 20 tokens',
    first: () => `tokens=${TOKENS}+stall@token=20`,
    withinMs: STALL_MS,
    cut: true,
  },
  {
    id: 'malformed',
    says: 'one event that is no JSON',
    first: () => `tokens=${TOKENS}+malformed@event=10`,
    withinMs: SOON_MS,
  },
  {
    id: 'no-terminal',
    says: 'no terminal event',
    first: () => `tokens=${TOKENS}+fin-no-terminal`,
    withinMs: SOON_MS,
    cut: true,
  },
  { id: 'context', says: 'the context is too long', first: () => 'refuse=context', withinMs: SOON_MS },
  {
    id: 'policy',
    says: 'refused by the content policy',
    first: () => 'refuse=policy',
    withinMs: SOON_MS,
    told: /polic|safety|content|blocked|filter|prohibited/i,
  },
  {
    id: 'cut-no-prefill',
    says: 'cut at token 40, and the fallback takes no answer begun for it',
    first: () => `tokens=${TOKENS}+cut@token=40`,
    withinMs: SOON_MS,
    cut: true,
    refusesPrefill: true,
  },
];

/** One client format, streamed or not, with a pair of targets of its own. */
interface Pair {
  readonly name: string;
  readonly asker: Asker;
  readonly stream: boolean;
  readonly first: Upstream;
  readonly second: Upstream;
  readonly secondOrigin: string;
}

/** One row for each fault: four client formats, streamed and not, many at a time. */
export const SIXTEEN_ROWS: readonly MeasuredRow[] = FAULTS.map((fault) => ({
  id: `sixteen-${fault.id}`,
  family: 'sixteen',
  promise: `${upperFirst(fault.says)}: ${promiseOf(fault)}`,
  how: 'four client formats through their official SDKs, streamed and not, 64 callers at a time each (short form: 4), defaults untouched',
  pace: 'waits',
  run: (scene) => runFault(scene, fault),
}));

function promiseOf(fault: Fault): string {
  if (fault.told) return 'the caller is told the reason in its own format.';
  return `a whole answer within ${fault.withinMs / 1000} s.`;
}

async function runFault(scene: Scene, fault: Fault): Promise<Finding> {
  const callers = scene.pick(4, 64);
  const pairs = await openPairs(scene, fault);
  const gateway = await startOver(scene, pairs);
  const tally = new Tally();
  const took = { streamed: [0], whole: [0] };
  const most: number[] = [];
  for (const pair of pairs) {
    pair.first.simulator.setFault(fault.first(callers));
    pair.second.simulator.setFault(`tokens=${TOKENS}`);
  }
  // Faults that are waits run side by side; a burst of 512 at once would only measure this computer.
  const atOnce = fault.withinMs === SOON_MS ? 1 : scene.pick(pairs.length, 4);
  await forEach(pairs, atOnce, async (pair) => {
    const whole = await wholeAnswer(pair);
    await Promise.all(
      times(callers, async () => {
        const from = performance.now();
        const cause = await trouble(pair, fault, gateway.origin, whole);
        const ms = performance.now() - from;
        (pair.stream ? took.streamed : took.whole).push(ms);
        const late = ms > fault.withinMs ? `after ${duration(ms)}` : undefined;
        tally.add((cause ?? late) && `${pair.name}: ${cause ?? late}`);
      }),
    );
    most.push(postsOf(pair.first) / callers);
  });
  const calls = largest(most);
  tally.require(calls <= MOST_CALLS, `${calls.toFixed(1)} calls of the failing target per request`);
  return tally.finding(
    `slowest ${duration(largest(took.streamed))} streamed, ${duration(largest(took.whole))} not; ${calls.toFixed(1)} calls of the failing target per request`,
  );
}

async function openPairs(scene: Scene, fault: Fault): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const asker of SDK_ASKERS) {
    for (const stream of [true, false]) {
      const first = await scene.upstream({ name: 'first' });
      const second = await scene.upstream({ name: 'second' });
      const refuser = fault.refusesPrefill ? await new PrefillRefuser(second.port).listen() : undefined;
      if (refuser) scene.atEnd(() => refuser.close());
      const name = `${asker.format}, ${stream ? 'streamed' : 'not streamed'}`;
      pairs.push({ name, asker, stream, first, second, secondOrigin: refuser?.origin ?? second.origin });
    }
  }
  return pairs;
}

async function startOver(scene: Scene, pairs: readonly Pair[]): Promise<Gateway> {
  const providers: Record<string, ProviderEntry> = {};
  const routes: Record<string, RouteEntry> = {};
  for (const [index, { asker, first, secondOrigin }] of pairs.entries()) {
    const { format } = asker;
    providers[`first-${index}`] = { origin: first.origin, format };
    providers[`second-${index}`] = { origin: secondOrigin, format };
    const targets = [`first-${index}/m`, `second-${index}/m`];
    routes[modelOf(asker, index % 2 === 0)] = { match: [modelOf(asker, index % 2 === 0)], targets };
  }
  const gateway = await scene.gateway({ providers, routes });
  // The daemon reads the lists of models when it starts; what fails from here on are callers' requests.
  await comesTrue(() => pairs.every(({ first }) => first.simulator.received > 0), 3000);
  for (const { first } of pairs) first.simulator.forgetCalls();
  return gateway;
}

function modelOf(asker: Asker, stream: boolean): string {
  return `${asker.format}-${stream ? 'streamed' : 'whole'}`;
}

function asking(stream: boolean): Pick<Ask, 'question' | 'stream'> {
  return { question: QUESTION, stream };
}

/** What the provider says when nothing is wrong. */
async function wholeAnswer({ asker, second, stream }: Pair): Promise<Heard> {
  const before = second.simulator.received;
  const heard = await asker.ask(second.origin, { model: 'm', ...asking(stream) });
  if (second.simulator.received === before) throw new Error('the yardstick was not asked');
  return heard;
}

/** What is wrong with the answer to one request; undefined when nothing is. */
async function trouble(pair: Pair, fault: Fault, origin: string, whole: Heard): Promise<string | undefined> {
  const { asker, stream } = pair;
  try {
    const heard = await asker.ask(origin, { model: modelOf(asker, stream), ...asking(stream) });
    if (fault.told) return 'answered although the provider had refused';
    return judge(heard, whole, asker, fault);
  } catch (error) {
    const message = messageOf(error);
    return fault.told?.test(message) ? undefined : message;
  }
}

function judge(heard: Heard, whole: Heard, asker: Asker, fault: Fault): string | undefined {
  if (heard.finish !== asker.finishes.stop) return `ended with '${String(heard.finish)}'`;
  if (heard.text === whole.text) return undefined;
  // Another model goes on in its own words; what was delivered stands, and something follows.
  const delivered = whole.text.slice(0, Math.floor(whole.text.length / 4));
  const goesOn = heard.text.startsWith(delivered) && heard.text.length > whole.text.length / 2;
  if (fault.cut && goesOn) return undefined;
  return `another text: ${heard.text.length} characters instead of ${whole.text.length}`;
}

function postsOf({ simulator }: Upstream): number {
  return simulator.calls.filter(({ method }) => method === 'POST').length;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
