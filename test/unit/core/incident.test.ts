import { describe, expect, test } from 'vitest';

import type { FaultCode } from '../../../src/core/fault.ts';
import { collectIncidents, IncidentLog } from '../../../src/core/incident.ts';
import type { Target } from '../../../src/core/target.ts';
import type { PlanStep, Trail } from '../../../src/core/trail.ts';
import {
  failedAttempt,
  failoverTrail,
  GROQ,
  NIGHT,
  OPENAI,
  sampleTrail,
  servedAttempt,
} from '../../sample-trail.ts';

const SECOND_MS = 1_000;
const at = (seconds: number): number => NIGHT + seconds * SECOND_MS;

const failsOver = (seconds: number, change: Partial<Trail> = {}): Trail =>
  failoverTrail({ at: at(seconds), ...change });
const serves = (seconds: number): Trail => sampleTrail({ at: at(seconds) });
const leftOut = (seconds: number, step: Partial<PlanStep> = { fault: 'upstream_overloaded' }): Trail =>
  sampleTrail({
    at: at(seconds),
    plan: [{ target: OPENAI, skipped: 'left alone for another 5s', ...step }, { target: GROQ }],
    attempts: [servedAttempt({ target: GROQ })],
    served: GROQ,
    failover: true,
  });
const lost = (seconds: number): Trail =>
  sampleTrail({
    at: at(seconds),
    attempts: [failedAttempt(), failedAttempt({ target: GROQ, startMs: 100, endMs: 200 })],
    outcome: 'failed',
    status: 503,
    fault: 'exhausted',
    served: undefined as never,
    totalMs: 200,
  });

describe('incidents', () => {
  test('join failovers of one target for one reason', () => {
    const incidents = collectIncidents([failsOver(0), failsOver(20), failsOver(100)]);
    expect(incidents).toMatchObject([
      {
        target: OPENAI,
        reason: 'upstream_overloaded',
        message: 'openai answered 503: the server is overloaded',
        from: at(0) + 90,
        last: at(100) + 90,
        over: false,
        rescued: 3,
        lost: 0,
        to: { 'groq/llama-3.3-70b': 3 },
        addedMs: 91,
      },
    ]);
  });

  test('do not blame a provider for a path it does not have', () => {
    const attempt = failedAttempt({
      target: { ...OPENAI, model: '' },
      fault: 'upstream_model_missing',
      status: 404,
    });
    const astray = sampleTrail({
      attempts: [attempt],
      outcome: 'failed',
      status: 404,
      served: undefined as never,
    });
    expect(collectIncidents([astray])).toEqual([]);
  });

  test('are apart for another reason and for another target', () => {
    const limited = failedAttempt({ fault: 'upstream_rate_limited', status: 429 });
    const incidents = collectIncidents([
      failsOver(0),
      failsOver(1, { attempts: [limited, servedAttempt({ target: GROQ, startMs: 91 })] }),
      lost(2),
    ]);
    expect(
      incidents.map(({ target, reason, rescued, lost }) => [target.provider, reason, rescued, lost]),
    ).toEqual([
      ['openai', 'upstream_overloaded', 1, 1],
      ['openai', 'upstream_rate_limited', 1, 0],
      ['groq', 'upstream_overloaded', 0, 1],
    ]);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(3);
  });

  test('end after two minutes without a failure, and the next failure begins another', () => {
    const incidents = collectIncidents([failsOver(0), failsOver(119), failsOver(119 + 121)]);
    expect(incidents.map(({ over, rescued }) => [over, rescued])).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  test('end when the target serves again more than 30 s after its last failure, not sooner', () => {
    expect(collectIncidents([failsOver(0), serves(20)])[0]?.over).toBe(false);
    expect(collectIncidents([failsOver(0), serves(31)])[0]?.over).toBe(true);
    expect(collectIncidents([failsOver(0), serves(31), failsOver(32)]).length).toBe(2);
  });

  test('end 30 s after the last failure when the target served in between, though nobody asks it any more', () => {
    const trails = [failsOver(0), serves(10)];
    expect(collectIncidents(trails, at(29))[0]).toMatchObject({ over: false, servedAt: at(10) + 1240 });
    expect(collectIncidents(trails, at(31))[0]?.over).toBe(true);
    expect(collectIncidents([...trails, failsOver(20)], at(31))).toMatchObject([
      { over: false, rescued: 2, failedAt: at(20) + 90 },
    ]);
    expect(collectIncidents([...trails, failsOver(20)], at(31))[0]).not.toHaveProperty('servedAt');
  });

  test('end 30 s after the last failure when gw itself had an answer of the target', () => {
    const log = new IncidentLog();
    log.add(failsOver(0));
    expect(log.answered(GROQ, at(5), at(6))).toBe(false);
    expect(log.answered(OPENAI, at(-1), at(6))).toBe(false);
    expect(log.list(at(40))[0]).toMatchObject({ over: false });
    expect(log.answered(OPENAI, at(5), at(6))).toBe(true);
    expect(log.list(at(29))[0]).toMatchObject({ over: false, servedAt: at(6) });
    expect(log.list(at(31))[0]?.over).toBe(true);
  });

  test('of a refused key end with a look that its own key passed, and not with that of another', () => {
    const refused = (seconds: number): Trail =>
      failsOver(seconds, {
        attempts: [failedAttempt({ fault: 'upstream_refused_key' }), servedAttempt({ target: GROQ })],
      });
    const log = new IncidentLog();
    log.add(refused(0));
    log.answered({ ...OPENAI, key: 'env:ANOTHER' }, at(5), at(6));
    expect(log.list(at(7))[0]?.over).toBe(false);
    log.answered({ ...OPENAI, model: 'another' }, at(8), at(9));
    expect(log.list(at(10))[0]?.over).toBe(true);
  });

  test('say when the target failed last, however often it was left out since', () => {
    expect(collectIncidents([failsOver(0), leftOut(60)])[0]).toMatchObject({
      failedAt: at(0) + 90,
      last: at(60),
    });
  });

  const other = { ...OPENAI, model: 'another' };
  const failsWith = (fault: FaultCode): Trail =>
    failsOver(0, { attempts: [failedAttempt({ fault }), servedAttempt({ target: GROQ, startMs: 91 })] });
  const answers = (seconds: number, target: Target, keys: readonly Target[] = [target]): Trail =>
    sampleTrail({
      at: at(seconds),
      plan: keys.map((each) => ({ target: each })),
      attempts: [servedAttempt({ target })],
      served: target,
    });

  test.each([
    ['upstream_refused_key', 5, true],
    ['upstream_out_of_credit', 5, true],
    ['upstream_unreachable', 5, false],
    ['upstream_unreachable', 31, true],
    ['upstream_overloaded', 31, false],
    ['upstream_timeout', 31, false],
  ] as const)(
    'of %s, when another model of the same provider and key served %i s later: over is %s',
    (fault, later, over) => {
      expect(collectIncidents([failsWith(fault), answers(later, other)])[0]?.over).toBe(over);
    },
  );

  test('of a refused key end when its provider serves with a key that took its place, not with one beside it', () => {
    const renewed = { ...OPENAI, key: 'env:NEW' };
    const refused = failsWith('upstream_refused_key');
    expect(collectIncidents([refused, answers(5, renewed)])[0]?.over).toBe(true);
    expect(collectIncidents([refused, answers(5, renewed, [OPENAI, renewed])])[0]?.over).toBe(false);
  });

  test.each([
    ['cannot serve such a request', { unable: true }],
    ['is full', { fault: 'busy' }],
    ['is out of reach with this computer', { fault: 'offline' }],
    ['is made to fail on purpose', { fault: 'upstream_overloaded', skipped: 'left alone (by gw chaos)' }],
  ] as const)('do not go on because the target %s', (_, step) => {
    expect(collectIncidents([failsOver(0), leftOut(60, step)])[0]?.last).toBe(at(0) + 90);
  });

  test('are not ended by an answer that began before the failure', () => {
    const long = sampleTrail({ at: at(-10), attempts: [servedAttempt({ endMs: 60_000 })], totalMs: 60_000 });
    expect(collectIncidents([failsOver(0), long])[0]?.over).toBe(false);
  });

  test('count exchanges that left the target out while they run, and only then', () => {
    const incidents = collectIncidents([leftOut(-1), failsOver(0), leftOut(60), leftOut(150), leftOut(400)]);
    expect(incidents.length).toBe(1);
    expect(incidents[0]).toMatchObject({ rescued: 3, last: at(150), over: true, addedMs: 1 });
  });

  test('do not count a target twice that was asked although it was to be left alone', () => {
    const forced = { plan: [{ target: OPENAI, skipped: 'left alone for another 4s' }, { target: GROQ }] };
    expect(collectIncidents([failsOver(0), failsOver(5, forced)])[0]?.rescued).toBe(2);
  });

  test('do not count a provider that was disabled on purpose', () => {
    expect(
      collectIncidents([failsOver(0), leftOut(60, { skipped: 'the provider is disabled' })])[0]?.rescued,
    ).toBe(1);
  });

  test('do not count a retry that the same target then served', () => {
    const retried = sampleTrail({
      attempts: [failedAttempt({ remedy: 'retry' }), servedAttempt({ startMs: 400, waitedMs: 300 })],
    });
    expect(collectIncidents([retried])).toEqual([]);
  });

  test("do not count the caller's own mistakes, hang-ups and rehearsals", () => {
    const rejected = sampleTrail({
      attempts: [failedAttempt({ fault: 'upstream_rejected', status: 400, remedy: 'fail' })],
      outcome: 'failed',
      status: 400,
    });
    const gone = sampleTrail({
      attempts: [failedAttempt({ fault: 'client_gone' })],
      outcome: 'gone',
      status: 499,
    });
    expect(collectIncidents([rejected, gone, failsOver(0, { rehearsal: true })])).toEqual([]);
  });

  test('keep running when the caller hung up after a failure, without calling it lost', () => {
    const gone = failsOver(5, { outcome: 'gone', served: undefined as never });
    expect(collectIncidents([failsOver(0), gone])[0]).toMatchObject({
      rescued: 1,
      lost: 0,
      last: at(5) + 90,
    });
  });

  test('count a cut answer as lost', () => {
    const cut = sampleTrail({
      attempts: [servedAttempt({ fault: 'stream_broken', message: 'reset' })],
      outcome: 'cut',
      fault: 'stream_broken',
    });
    expect(collectIncidents([cut])[0]).toMatchObject({ reason: 'stream_broken', rescued: 0, lost: 1 });
  });

  test('can be asked while they grow, and say whether anything changed', () => {
    const log = new IncidentLog();
    expect(log.add(serves(0))).toBe(false);
    expect(log.list(at(1))).toEqual([]);
    expect(log.add(failsOver(10))).toBe(true);
    expect(log.list(at(12))).toMatchObject([{ over: false, rescued: 1 }]);
    expect(log.add(failsOver(13))).toBe(true);
    expect(log.list(at(14))).toMatchObject([{ over: false, rescued: 2 }]);
    expect(log.list(at(13 + 121))).toMatchObject([{ over: true, rescued: 2 }]);
    expect(log.add(serves(60))).toBe(true);
    expect(log.add(serves(70))).toBe(false);
  });

  test('end when the clock is set back behind them, and what fails then is another', () => {
    const log = new IncidentLog();
    log.add(failsOver(7200));
    expect(log.list(at(0))).toMatchObject([{ over: true, last: at(7200) + 90 }]);
    log.add(failsOver(10));
    expect(log.list(at(11))).toMatchObject([
      { over: false, from: at(10) + 90, rescued: 1 },
      { over: true, rescued: 1 },
    ]);
  });

  test('go on while answers end that began long before', () => {
    const log = new IncidentLog();
    log.add(failsOver(600));
    log.add(sampleTrail({ at: at(0), totalMs: 601_000 }));
    expect(log.list(at(602))).toMatchObject([{ over: false }]);
  });

  test('are kept to a bounded history', () => {
    const log = new IncidentLog();
    for (let i = 0; i < 300; i++) log.add(failsOver(i * 200));
    expect(log.list(at(300 * 200)).length).toBe(201);
  });
});

test('the impatience of a caller is no incident of the target that it did not wait for', () => {
  const attempts = [
    failedAttempt({ fault: 'upstream_timeout', impatient: true }),
    servedAttempt({ target: GROQ }),
  ];
  expect(collectIncidents([failsOver(0, { attempts })])).toEqual([]);
  const held = [failedAttempt({ fault: 'upstream_timeout' }), servedAttempt({ target: GROQ })];
  expect(collectIncidents([failsOver(0, { attempts: held })])).toHaveLength(1);
});
