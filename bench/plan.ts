/**
 * What choosing targets costs: microseconds for planning one request and keeping the health of who serves it, without
 * any network. `node bench/plan.ts [rounds]`
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { type Balance, DEFAULT_POLICY, type Policy } from '../src/core/policy.ts';
import type { Profile, Provider } from '../src/core/profile.ts';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { systemClock } from '../src/lib/clock.ts';
import { Secret } from '../src/lib/secret.ts';
import { openExchange } from '../src/proxy/arrival/open-exchange.ts';
import { followAttempt } from '../src/proxy/balance/beat.ts';
import { keepHome } from '../src/proxy/balance/home.ts';
import { balanceMemory } from '../src/proxy/balance/memory.ts';
import { DrillBook } from '../src/proxy/chaos/drill.ts';
import { AnswerHomes } from '../src/proxy/conversations/answer-homes.ts';
import { ItemMemory } from '../src/proxy/conversations/item-memory.ts';
import { StateVault } from '../src/proxy/conversations/state-vault.ts';
import type { Exchange } from '../src/proxy/exchange.ts';
import { Fleet } from '../src/proxy/fleet.ts';
import { Memory } from '../src/proxy/memory.ts';
import { plan, type PlanPorts } from '../src/proxy/stages/plan.ts';

/** The bar for planning and breaker together. */
const BAR_US = 20;
const TARGETS = [1, 3, 10] as const;
const BODY_BYTES = 1024;
const SERVED = Promise.resolve({ is: 'relayed' } as const);

interface Row {
  readonly name: string;
  readonly policy: Partial<Policy>;
  readonly headers?: readonly string[];
  readonly limits?: Readonly<Record<string, string>>;
}

const BALANCED: readonly Balance[] = ['round-robin', 'weighted', 'least-latency', 'least-busy', 'cheapest'];
const LIMITS = {
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9990',
  'x-ratelimit-reset-requests': '60s',
  'x-ratelimit-limit-tokens': '2000000',
  'x-ratelimit-remaining-tokens': '1990000',
  'x-ratelimit-reset-tokens': '30s',
};
const ROWS: readonly Row[] = [
  { name: 'order, nothing else', policy: { affinityMs: 0, headroom: false } },
  { name: 'order', policy: {} },
  { name: 'order, limits told', policy: {}, limits: LIMITS },
  { name: 'order, session named', policy: {}, headers: ['x-session-id', 'one'] },
  ...BALANCED.map((balance) => ({ name: balance, policy: { balance } })),
  { name: 'round-robin, without homes', policy: { balance: 'round-robin' as const, affinityMs: 0 } },
];

const rounds = Number(process.argv[2] ?? 20_000);
console.log(
  `microseconds per request of ${BODY_BYTES} bytes (bar: ${BAR_US}), median of 5 runs of ${rounds}`,
);
console.log(
  `${''.padEnd(28)}${TARGETS.map((count) => `${count} target${count > 1 ? 's' : ''}`.padStart(12)).join('')}`,
);
for (const row of ROWS) {
  const figures = TARGETS.map((count) => measure(row, count).toFixed(2).padStart(12));
  console.log(`${row.name.padEnd(28)}${figures.join('')}`);
}

function measure(row: Row, targets: number): number {
  const work = prepare(row, targets);
  for (let turn = 0; turn < rounds / 4; turn++) work();
  const runs = Array.from({ length: 5 }, () => {
    const begun = process.hrtime.bigint();
    for (let turn = 0; turn < rounds; turn++) work();
    return Number(process.hrtime.bigint() - begun) / 1000 / rounds;
  });
  return runs.sort((a, b) => a - b)[2] ?? 0;
}

/** One request from plan to served, but for the call itself. */
function prepare(row: Row, targets: number): () => void {
  const fleet = new Fleet(
    DEFAULT_SETTINGS,
    profile(targets, row.policy),
    { resolve: () => new Secret('sk-bench') },
    new Memory(),
  );
  const ports: PlanPorts = {
    ...balanceMemory(),
    clock: systemClock,
    random: Math.random,
    drills: new DrillBook(systemClock.now),
    homes: new AnswerHomes(),
    items: new ItemMemory(),
    vault: new StateVault(),
  };
  const exchange = ask(fleet, row.headers ?? []);
  const stage = plan(ports)(() => SERVED);
  return () => {
    exchange.conversationName = undefined;
    void stage(exchange);
    serve(exchange, ports, row.limits);
  };
}

function serve(exchange: Exchange, ports: PlanPorts, limits: Readonly<Record<string, string>> = {}): void {
  const [step] = exchange.plan?.steps ?? [];
  if (!step) throw new Error('nobody was chosen');
  const now = systemClock.now();
  const admission = step.state.begin(now);
  const beat = followAttempt(exchange, step, now, false);
  beat?.answered(limits, 200, now);
  step.state.answered(limits, now);
  beat?.content(now);
  step.state.succeeded(admission, now);
  beat?.ended({ is: 'served' }, now);
  keepHome(exchange, step, ports.conversations, now);
}

function ask(fleet: Fleet, headers: readonly string[]): Exchange {
  const request = new IncomingMessage(new Socket());
  request.method = 'POST';
  request.url = '/v1/chat/completions';
  request.rawHeaders = ['content-type', 'application/json', ...headers];
  const exchange = openExchange(request, new ServerResponse(request), {
    fleet,
    clock: systemClock,
    newId: () => 'bench',
  });
  const messages = [{ role: 'user', content: 'x'.repeat(BODY_BYTES - 60) }];
  exchange.body = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const envelope = exchange.format.readEnvelope(
    'chat',
    'application/json',
    exchange.body,
    '/chat/completions',
  );
  if (envelope.is === 'ok') exchange.envelope = envelope.value;
  return exchange;
}

function profile(targets: number, policy: Partial<Policy>): Profile {
  const providers = Array.from({ length: targets }, (_, index) => provider(`p${index}`));
  return {
    name: 'bench',
    providers,
    routes: [
      {
        name: 'main',
        match: ['*'],
        targets: providers.map(({ name }, index) => ({ provider: name, model: 'm', weight: index + 1 })),
        policy,
      },
    ],
    policy: DEFAULT_POLICY,
  };
}

function provider(name: string): Provider {
  return {
    name,
    preset: undefined,
    url: 'http://127.0.0.1:9/v1',
    format: 'openai-chat',
    alsoSpeaks: [],
    auth: 'bearer',
    keys: [{ is: 'env', name: 'BENCH' }],
    enabled: true,
    headers: {},
    quirks: [],
    models: [],
    owns: [],
  };
}
