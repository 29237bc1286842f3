import { describe, expect, it } from 'vitest';

import { Exporter, planExport, type Post } from '../../../src/observe/index.ts';
import { manualClock, until } from '../../flow/simulator-raw-client.ts';
import { failoverTrail, sampleTrail } from '../../sample-trail.ts';

const OTEL = { enabled: true, traces: true, metrics: false, sample: 1 };

function exporterWith(answers: (() => Awaited<ReturnType<Post>>)[], settings = OTEL) {
  const clock = manualClock();
  const sent: unknown[] = [];
  const log: string[] = [];
  let spans = 0;
  const exporter = new Exporter({
    plan: planExport(settings, {}),
    sender: { resource: { 'service.name': 'gw' }, version: '0.0.0' },
    async post(_, body) {
      const answer = answers.shift() ?? (() => ({ status: 200, text: '' }));
      sent.push(JSON.parse(body));
      return answer();
    },
    clock,
    log: { write: (_, event) => log.push(event) },
    startedAt: 0,
    families: () => Promise.resolve([]),
    random: () => 1,
    describe: () => undefined,
    newSpanId: () => String(++spans).padStart(16, '0'),
    begin: (parent) => parent ?? { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true },
  });
  return { exporter, clock, sent, log };
}

function refuse(): never {
  throw new Error('connect ECONNREFUSED');
}

describe('the exporter', () => {
  it('sends what ended in one message, five seconds later', async () => {
    const { exporter, clock, sent } = exporterWith([]);
    exporter.add(sampleTrail());
    exporter.add(failoverTrail());
    clock.move(4_999);
    expect(sent).toHaveLength(0);
    clock.move(1);
    await until(() => sent.length === 1, 'a message');
    expect(JSON.stringify(sent[0]).match(/"spanId"/g)).toHaveLength(5);
  });

  it('tells nothing of rehearsals', async () => {
    const { exporter, clock, sent } = exporterWith([]);
    exporter.add(sampleTrail({ rehearsal: true }));
    clock.move(60_000);
    await exporter.close();
    expect(sent).toHaveLength(0);
  });

  it('asks a collector that is down again, later each time, drops what finds no room, and says so [promise:collector-down]', async () => {
    const { exporter, clock, sent, log } = exporterWith([refuse, refuse, refuse]);
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => clock.waiting === 1 && sent.length === 1, 'the first try');
    expect(exporter.problem()).toContain('ECONNREFUSED');
    for (const pause of [1_000, 2_000]) {
      const before = sent.length;
      clock.move(pause - 1);
      expect(sent).toHaveLength(before);
      clock.move(1);
      await until(() => clock.waiting === 1 && sent.length === before + 1, 'another try');
    }
    for (let i = 0; i < 3_000; i++) exporter.add(sampleTrail());
    expect(exporter.dropped).toBe(953);
    expect(log).toEqual(['export-failed']);
    clock.move(4_000);
    await until(() => exporter.problem() === undefined, 'recovery');
    expect(log).toEqual(['export-failed', 'export-recovered']);
    await exporter.close();
    expect(exporter.dropped).toBe(953);
    expect(spansOf(sent.slice(3))).toBe(2 * 2_048);
  });

  it('waits as long as it is asked to, and drops what is refused for good', async () => {
    const busy = () => ({ status: 429, retryAfterMs: 30_000, text: '' });
    const { exporter, clock, sent } = exporterWith([busy, () => ({ status: 400, text: 'no' })]);
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => clock.waiting === 1 && sent.length === 1, 'the first try');
    clock.move(29_999);
    expect(sent).toHaveLength(1);
    clock.move(1);
    await until(() => exporter.dropped === 1, 'the refusal');
    expect(exporter.problem()).toContain('answered 400: no');
  });

  it('is not hurried by a collector that asks for no pause', async () => {
    const { exporter, clock, sent } = exporterWith([() => ({ status: 429, retryAfterMs: 0, text: '' })]);
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => clock.waiting === 1 && sent.length === 1, 'the first try');
    clock.move(999);
    expect(sent).toHaveLength(1);
    clock.move(1);
    await until(() => sent.length === 2, 'another try');
  });

  it.each([
    ['413', { status: 413, text: '' }],
    [
      "the words of OpenTelemetry's own collector",
      { status: 400, text: '{"code":3, "message":"http: request body too large"}' },
    ],
  ])(
    'sends less at once where a message was too large (%s), and loses nothing by it [promise:collector-down]',
    async (_, tooLarge) => {
      const { exporter, sent, log } = exporterWith([() => tooLarge, () => tooLarge]);
      for (let i = 0; i < 8; i++) exporter.add(sampleTrail());
      await exporter.close();
      expect(sent.map((each) => spansOf([each]))).toEqual([16, 8, 4, 4, 4, 4]);
      expect(exporter.dropped).toBe(0);
      expect(log).toEqual([]);
    },
  );

  it('drops the one request that is too large by itself, and says so', async () => {
    const { exporter, log } = exporterWith([() => ({ status: 413, text: '' })]);
    exporter.add(sampleTrail());
    await exporter.close();
    expect(exporter.dropped).toBe(1);
    expect(log).toEqual(['export-failed']);
  });

  it('sends more at once again after many messages that were small enough, as one request may have been the large one', async () => {
    const { exporter, sent } = exporterWith([() => ({ status: 413, text: '' })]);
    for (let i = 0; i < 128; i++) exporter.add(sampleTrail());
    for (let i = 0; i < 15 * 64; i++) exporter.add(sampleTrail());
    for (let i = 0; i < 128; i++) exporter.add(sampleTrail());
    await exporter.close();
    expect(sent.map((each) => spansOf([each]) / 2)).toEqual([128, ...Array(16).fill(64), 128, 64]);
    expect(exporter.dropped).toBe(0);
  });

  it('counts and tells what a collector left out of a message that it took, and does not send it again [promise:collector-down]', async () => {
    const partial = { partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' } };
    const { exporter, clock, sent, log } = exporterWith([
      () => ({ status: 200, text: JSON.stringify(partial) }),
      () => ({ status: 200, text: '{"partialSuccess":{}}' }),
    ]);
    exporter.add(sampleTrail());
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => exporter.problem() !== undefined, 'the answer');
    expect(exporter.problem()).toContain('left out 1 of what it was sent: too old');
    expect(exporter.dropped).toBe(1);
    exporter.add(sampleTrail());
    await exporter.close();
    expect(sent.map((each) => spansOf([each]))).toEqual([4, 2]);
    expect(log).toEqual(['export-failed', 'export-recovered']);
  });

  it('says in the log once that it waits, and once that it loses', async () => {
    const refused = () => ({ status: 401, text: '' });
    const { exporter, clock, sent, log } = exporterWith([refuse, refuse, refused, refused]);
    exporter.add(sampleTrail());
    for (const pause of [5_000, 1_000, 2_000]) {
      const before = sent.length;
      clock.move(pause);
      await until(
        () => sent.length === before + 1 && (clock.waiting === 1 || exporter.dropped === 1),
        'a try',
      );
    }
    exporter.add(sampleTrail());
    await exporter.close();
    expect(exporter.dropped).toBe(2);
    expect(log).toEqual(['export-failed', 'export-failed']);
  });

  it('tells of traces and metrics apart: one that arrives does not hide that the other does not', async () => {
    const refused = () => ({ status: 404, text: '' });
    const { exporter, clock, sent, log } = exporterWith(
      [refused, () => ({ status: 200, text: '{}' }), refused],
      { ...OTEL, metrics: true },
    );
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => exporter.dropped === 1, 'the refusal');
    clock.move(55_000);
    await until(() => sent.length === 2, 'the metrics');
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => exporter.dropped === 2, 'another refusal');
    expect(exporter.problem()).toContain('/v1/traces answered 404');
    expect(log).toEqual(['export-failed']);
  });

  it('has in the metrics, once, what its traces could not tell', async () => {
    const { exporter, clock, sent } = exporterWith([refuse, refuse, refuse], { ...OTEL, metrics: true });
    exporter.add(sampleTrail());
    for (const pause of [5_000, 1_000]) {
      const before = sent.length;
      clock.move(pause);
      await until(() => sent.length === before + 1 && clock.waiting === 2, 'a try');
    }
    await exporter.close();
    expect(exporter.dropped).toBe(1);
    const told = JSON.stringify(sent.at(-1));
    expect(told).toContain('"gen_ai.client.operation.duration"');
    expect(told.match(/"count":"1"/g)?.length).toBeGreaterThan(0);
    expect(told).not.toContain('"count":"2"');
  });

  it('tries once more at its end what a collector did not take before', async () => {
    const { exporter, clock, sent, log } = exporterWith([refuse]);
    exporter.add(sampleTrail());
    clock.move(5_000);
    await until(() => clock.waiting === 1 && sent.length === 1, 'the first try');
    await exporter.close();
    expect(exporter.dropped).toBe(0);
    expect(log).toEqual(['export-failed', 'export-recovered']);
  });

  it('gives up at its end what nobody takes, and says how much that is', async () => {
    const { exporter, log } = exporterWith([refuse]);
    exporter.add(sampleTrail());
    await exporter.close();
    expect(exporter.dropped).toBe(1);
    expect(log).toEqual(['export-failed', 'export-lost']);
    exporter.add(sampleTrail());
    expect(exporter.dropped).toBe(1);
  });
});

function spansOf(messages: readonly unknown[]): number {
  return messages.reduce<number>(
    (sum, each) => sum + (JSON.stringify(each).match(/"spanId"/g)?.length ?? 0),
    0,
  );
}

describe('where telemetry goes', () => {
  const plan = (env: Record<string, string>, more: object = {}) =>
    planExport({ ...OTEL, metrics: true, ...more }, env);

  it('is the port of OTLP over HTTP on this machine when nothing is said', () => {
    expect(plan({})).toMatchObject({
      traces: { url: 'http://127.0.0.1:4318/v1/traces', headers: {}, timeoutMs: 10_000 },
      metrics: { url: 'http://127.0.0.1:4318/v1/metrics' },
      resource: { 'service.name': 'gw' },
      sample: 1,
      intervalMs: 60_000,
    });
  });

  it('follows the variables of the specification: a base for both, a whole address for one, headers decoded', () => {
    const made = plan({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/base/',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://other.example/m',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc,x=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=2',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a%2Cb,service.name=mine',
      OTEL_METRIC_EXPORT_INTERVAL: '15000',
    });
    expect(made.traces).toMatchObject({
      url: 'https://otel.example/base/v1/traces',
      headers: { authorization: 'Basic abc', x: '2' },
    });
    expect(made.metrics).toMatchObject({ url: 'https://other.example/m', headers: { x: '1' } });
    expect(made.resource).toEqual({ team: 'a,b', 'service.name': 'mine' });
    expect(made.intervalMs).toBe(15_000);
  });

  it('is what the profile file says before what the variables say', () => {
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://env:1/x', OTEL_SERVICE_NAME: 'env' };
    const made = plan(env, { endpoint: 'http://file:2', serviceName: 'file' });
    expect(made.traces?.url).toBe('http://file:2/v1/traces');
    expect(made.resource['service.name']).toBe('file');
  });

  it('is nowhere for what is turned off, and what cannot be had is said', () => {
    expect(plan({ OTEL_TRACES_EXPORTER: 'none' }).traces).toBeUndefined();
    expect(plan({ OTEL_SDK_DISABLED: 'true' })).toMatchObject({
      problems: [expect.stringContaining('nothing is sent')],
    });
    expect(plan({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).problems).toEqual([
      expect.stringContaining('http/json'),
    ]);
    expect(plan({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }).traces).toBeUndefined();
    expect(
      plan({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }).sample,
    ).toBe(0.1);
    expect(plan({ OTEL_TRACES_SAMPLER: 'always_off' }).sample).toBe(0);
  });
});
