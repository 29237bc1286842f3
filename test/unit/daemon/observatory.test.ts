import { describe, expect, it } from 'vitest';

import type { ServerEvent } from '../../../src/control/index.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { Feed, type FeedSource } from '../../../src/daemon/feed.ts';
import { Observatory, targetKey } from '../../../src/daemon/observatory.ts';
import {
  failedAttempt,
  failoverTrail,
  GROQ,
  OPENAI,
  sampleTrail,
  servedAttempt,
} from '../../sample-trail.ts';
import { HeldClock } from './held-clock.ts';

const clock = new HeldClock();

/** Runs an exchange through the observatory as the proxy does. */
function pass(observatory: Observatory, trail: Trail): void {
  observatory.exchangeStarted(trail);
  for (const attempt of trail.attempts) observatory.attemptEnded(trail, attempt);
  observatory.exchangeEnded(trail);
}

function observe(...trails: Trail[]): Observatory {
  const observatory = new Observatory(clock.now());
  for (const trail of trails) pass(observatory, trail);
  return observatory;
}

describe('counters', () => {
  it('tell every outcome apart, and failovers beside them', () => {
    const observatory = observe(
      sampleTrail(),
      failoverTrail(),
      sampleTrail({ outcome: 'failed', status: 503 }),
      sampleTrail({ outcome: 'cut' }),
      sampleTrail({ outcome: 'gone', status: 499 }),
    );
    expect(observatory.counters(7)).toEqual({
      live: 0,
      total: 5,
      served: 2,
      failed: 1,
      cut: 1,
      gone: 1,
      failovers: 1,
      dropped: 7,
    });
  });

  it('leave rehearsals out of every statistic', () => {
    const observatory = observe(failoverTrail({ rehearsal: true }));
    expect(observatory.counters(0).total).toBe(0);
    expect(observatory.targets()).toEqual([]);
    expect(observatory.latency(clock.now()).perMinute).toBe(0);
    expect(observatory.incidents(clock.now())).toEqual([]);
  });

  it('count what runs as live until it ends', () => {
    const observatory = new Observatory(clock.now());
    const trail = sampleTrail({ attempts: [{ target: OPENAI, startMs: 1, waitedMs: 0 }] });
    observatory.exchangeStarted(trail);
    expect(observatory.counters(0).live).toBe(1);
    expect(observatory.liveByTarget().get(targetKey(OPENAI))).toBe(1);
    observatory.exchangeEnded(trail);
    expect(observatory.counters(0).live).toBe(0);
    expect(observatory.liveByTarget().size).toBe(0);
  });
});

describe('what is known of a target', () => {
  it('is attempts, failures, served exchanges and how fast they were', () => {
    const at = clock.now();
    const observatory = observe(failoverTrail({ at }), failoverTrail({ at }));
    const [openai, groq] = observatory.targets();
    expect(openai).toMatchObject({ target: OPENAI, attempts: 2, failures: 2, served: 0 });
    expect(openai?.last).toMatchObject({ at: at + 90, fault: 'upstream_overloaded' });
    expect(openai?.recent(at)).toEqual({ attempts: 2, failures: 2 });
    expect(groq).toMatchObject({ target: GROQ, attempts: 2, failures: 0, served: 2 });
    const recent = groq?.recent(at);
    // From its own start (91 ms) to its end (1240 ms), within the histogram's 9 %.
    expect(recent?.p50).toBeGreaterThan(1149 * 0.9);
    expect(recent?.p50).toBeLessThan(1149 * 1.1);
    expect(recent?.firstContentP50).toBeLessThan(410);
  });

  it('is not its fault when the request was wrong', () => {
    const rejected = failedAttempt({ fault: 'upstream_rejected', status: 400, remedy: 'fail' });
    const [target] = observe(sampleTrail({ attempts: [rejected], outcome: 'failed' })).targets();
    expect(target).toMatchObject({ attempts: 1, failures: 0 });
    expect(target?.recent(clock.now()).p50).toBeUndefined();
  });

  it('is untouched by operations that say nothing about its health', () => {
    expect(observe(sampleTrail({ operation: 'models' })).targets()).toEqual([]);
  });

  it('is forgotten oldest first when callers make up model names', () => {
    const made = Array.from({ length: 600 }, (_, index) => {
      const target = { ...OPENAI, model: `model-${index}` };
      return sampleTrail({ attempts: [servedAttempt({ target })], served: target });
    });
    const names = observe(...made)
      .targets()
      .map(({ target }) => target.model);
    expect(names).toHaveLength(500);
    expect(names.at(-1)).toBe('model-599');
    expect(names).not.toContain('model-0');
  });
});

describe('latencies', () => {
  it('forget what is older than five minutes', () => {
    const at = clock.now();
    const observatory = observe(sampleTrail({ at, totalMs: 8000 }));
    expect(observatory.latency(at + 60_000).p95).toBeGreaterThan(7000);
    expect(observatory.latency(at + 301_000 + 8000).p95).toBeUndefined();
  });

  it('are not mixed with those of a slot’s former turn', () => {
    const at = clock.now();
    const observatory = observe(
      sampleTrail({ at, totalMs: 8000 }),
      sampleTrail({ at: at + 300_000, totalMs: 10 }),
    );
    expect(observatory.latency(at + 300_000).p95).toBeLessThan(12);
  });

  it('give a rate over the time observed so far, at least a minute', () => {
    const observatory = observe(...Array.from({ length: 12 }, () => sampleTrail({ at: clock.now() })));
    expect(observatory.latency(clock.now() + 5_000).perMinute).toBe(12);
    expect(observatory.latency(clock.now() + 120_000).perMinute).toBe(6);
  });
});

describe('exchanges', () => {
  it('are found by id or by a prefix that only one has', () => {
    const observatory = observe(sampleTrail({ id: 'abcd1' }), sampleTrail({ id: 'abce2' }));
    observatory.exchangeStarted(sampleTrail({ id: 'abzz3' }));
    expect(observatory.find('abcd')?.id).toBe('abcd1');
    expect(observatory.find('abz')?.id).toBe('abzz3');
    expect(observatory.find('abc')).toBeUndefined();
    expect(observatory.find('')).toBeUndefined();
    expect(observatory.find('zzz')).toBeUndefined();
  });

  it('are kept up to the last 500, newest first', () => {
    const observatory = observe(
      ...Array.from({ length: 620 }, (_, index) => sampleTrail({ id: `t${index}` })),
    );
    const kept = observatory.newest(1000).map(({ id }) => id);
    expect(kept).toHaveLength(500);
    expect([kept[0], kept.at(-1)]).toEqual(['t619', 't120']);
    expect(observatory.newest(2).map(({ id }) => id)).toEqual(['t619', 't618']);
  });

  it('show who served a route last', () => {
    const observatory = observe(sampleTrail(), failoverTrail());
    expect(observatory.serving('main')?.target).toEqual(GROQ);
    expect(observatory.serving('other')).toBeUndefined();
  });

  it('become incidents as they end', () => {
    const trail = failoverTrail({ at: clock.now() });
    expect(observe(trail).incidents(clock.now())).toMatchObject([
      { target: OPENAI, reason: 'upstream_overloaded', rescued: 1, over: false },
    ]);
  });
});

describe('the feed', () => {
  function watch() {
    const held = new HeldClock();
    const observatory = new Observatory(held.now());
    let statuses = 0;
    const status = (): never => ({ number: ++statuses }) as never;
    const log: FeedSource['log'] = { tail: () => [line('daemon-started')], listener: undefined };
    const feed = new Feed({
      log,
      clock: held,
      observatory,
      status,
      incidents: () => observatory.incidents(held.now()),
    });
    return { held, observatory, feed, log, statuses: () => statuses };
  }

  function line(event: string): string {
    return JSON.stringify({ at: '2026-01-01T00:00:00.000Z', level: 'info', event, port: 1 });
  }

  function subscribe(feed: Feed): { seen: ServerEvent[]; leave: () => void } {
    const seen: ServerEvent[] = [];
    return { seen, leave: feed.subscribe((event) => void seen.push(event)) };
  }

  it('costs nothing while nobody watches: no timer, no status, nothing kept', () => {
    const { held, observatory, feed, statuses } = watch();
    pass(observatory, failoverTrail({ at: held.now() }));
    expect([held.timers, statuses()]).toEqual([0, 0]);
    const { leave } = subscribe(feed);
    leave();
    pass(observatory, failoverTrail({ at: held.now() }));
    held.advance(5_000);
    expect([held.timers, statuses()]).toEqual([0, 1]);
  });

  it('begins with a snapshot of what was there', () => {
    const { held, observatory, feed } = watch();
    pass(observatory, failoverTrail({ id: 'old', at: held.now() }));
    observatory.exchangeStarted(sampleTrail({ id: 'running', outcome: 'pending' }));
    const { seen } = subscribe(feed);
    expect(seen).toMatchObject([
      {
        event: 'snapshot',
        data: { recent: [{ id: 'old' }], live: [{ id: 'running' }], incidents: [{ rescued: 1 }] },
      },
    ]);
  });

  it('joins what changes within a tenth of a second into one delta', () => {
    const { held, observatory, feed } = watch();
    const { seen } = subscribe(feed);
    for (let i = 0; i < 20; i++) pass(observatory, sampleTrail({ id: `t${i}`, at: held.now() }));
    expect(seen).toHaveLength(1);
    held.advance(100);
    expect(seen).toHaveLength(2);
    const delta = seen[1];
    expect(delta?.event === 'delta' && delta.data.ended?.map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, index) => `t${index}`),
    );
    held.advance(100);
    expect(seen).toHaveLength(2);
  });

  it('sends of a flood the latest', () => {
    const { held, observatory, feed } = watch();
    const { seen } = subscribe(feed);
    for (let i = 0; i < 200; i++) pass(observatory, sampleTrail({ id: `t${i}`, at: held.now() }));
    held.advance(100);
    const delta = seen[1];
    const ids = delta?.event === 'delta' ? (delta.data.ended ?? []).map(({ id }) => id) : [];
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([50, 't150', 't199']);
  });

  it('sends the status each second, and incidents only when they changed', () => {
    const { held, observatory, feed } = watch();
    const { seen } = subscribe(feed);
    held.advance(1_000);
    pass(observatory, failoverTrail({ at: held.now() }));
    held.advance(1_000);
    held.advance(1_000);
    const incidents = seen.flatMap((event) =>
      event.event === 'delta' && event.data.status !== undefined ? [event.data.incidents?.length] : [],
    );
    expect(incidents).toEqual([undefined, 1, undefined]);
  });

  it('tells what is logged while somebody watches, after what was logged before', () => {
    const { held, feed, log } = watch();
    expect(log.listener).toBeUndefined();
    const { seen, leave } = subscribe(feed);
    expect(seen[0]).toMatchObject({ data: { log: [{ event: 'daemon-started', fields: { port: 1 } }] } });
    log.listener?.(line('profile-reloaded'));
    log.listener?.('Segmentation fault');
    held.advance(100);
    expect(seen[1]).toMatchObject({
      data: {
        log: [
          { event: 'profile-reloaded', level: 'info' },
          { event: 'text-printed', level: 'error' },
        ],
      },
    });
    leave();
    expect(log.listener).toBeUndefined();
  });

  it('serves several viewers and goes on when one leaves', () => {
    const { held, observatory, feed } = watch();
    const first = subscribe(feed);
    const second = subscribe(feed);
    first.leave();
    pass(observatory, sampleTrail({ at: held.now() }));
    held.advance(100);
    expect([first.seen.length, second.seen.length]).toEqual([1, 2]);
  });
});
