import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Attempt, Trail } from '../../../src/core/trail.ts';
import { waterfall, waterfallSpanMs } from '../../../src/core/waterfall.ts';

const TARGET = { provider: 'openai', model: 'gpt-4o', key: 'env:OPENAI_API_KEY' };

function trailOf(attempts: readonly Attempt[], totalMs?: number): Trail {
  return {
    id: '01jd3q8zm4k7v2qa',
    at: 1_780_000_000_000,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: true,
    client: { name: 'test' },
    plan: [{ target: TARGET }],
    attempts,
    outcome: 'served',
    status: 200,
    failover: false,
    ...(totalMs === undefined ? {} : { totalMs }),
    bytesIn: 0,
    bytesOut: 0,
  };
}

describe('the waterfall of an exchange', () => {
  test('shows wait, connect, headers and stream of each attempt on one axis', () => {
    const rows = waterfall(
      trailOf(
        [
          { target: TARGET, startMs: 0, waitedMs: 0, sentMs: 100, endMs: 400, fault: 'upstream_overloaded' },
          { target: TARGET, startMs: 600, waitedMs: 200, sentMs: 650, firstContentMs: 800, endMs: 1000 },
        ],
        1000,
      ),
      20,
    );
    expect(rows.map(({ segments }) => segments)).toEqual([
      [
        { is: 'connect', from: 0, to: 2 },
        { is: 'headers', from: 2, to: 8 },
      ],
      [
        { is: 'wait', from: 8, to: 12 },
        { is: 'connect', from: 12, to: 13 },
        { is: 'headers', from: 13, to: 16 },
        { is: 'stream', from: 16, to: 20 },
      ],
    ]);
  });

  test('tells waiting for the head of an answer from waiting for its first content', () => {
    const attempt = {
      target: TARGET,
      startMs: 0,
      waitedMs: 0,
      sentMs: 100,
      headersMs: 300,
      firstContentMs: 800,
      endMs: 1000,
    };
    expect(waterfall(trailOf([attempt], 1000), 10)[0]?.segments).toEqual([
      { is: 'connect', from: 0, to: 1 },
      { is: 'headers', from: 1, to: 3 },
      { is: 'content', from: 3, to: 8 },
      { is: 'stream', from: 8, to: 10 },
    ]);
  });

  test('gives an attempt too short for the axis one column of its own', () => {
    const rows = waterfall(
      trailOf([
        { target: TARGET, startMs: 999.8, waitedMs: 500, endMs: 999.9, fault: 'upstream_unreachable' },
        { target: TARGET, startMs: 1000, waitedMs: 0, endMs: 1000 },
      ]),
      10,
    );
    expect(rows[0]?.segments).toEqual([
      { is: 'wait', from: 5, to: 9 },
      { is: 'connect', from: 9, to: 10 },
    ]);
    expect(rows[1]?.segments).toEqual([{ is: 'connect', from: 9, to: 10 }]);
  });

  test('lets a running attempt reach to the end of the axis', () => {
    const running = trailOf([{ target: TARGET, startMs: 0, waitedMs: 0, sentMs: 10 }]);
    expect(waterfallSpanMs(running)).toBe(10);
    expect(waterfall(running, 10, 100)[0]?.segments.at(-1)).toEqual({ is: 'headers', from: 1, to: 10 });
  });

  test('keeps every row inside the axis, in order and without gaps, whatever the times', () => {
    const time = fc.double({ min: 0, max: 1e6, noNaN: true });
    const attempt = fc
      .tuple(
        fc.array(time, { minLength: 5, maxLength: 5 }),
        time,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      )
      .map(([times, waitedMs, known]): Attempt => {
        const [startMs = 0, sentMs = 0, headersMs = 0, firstContentMs = 0, endMs = 0] = times.sort(
          (a, b) => a - b,
        );
        return {
          target: TARGET,
          startMs,
          waitedMs,
          ...(known[0] ? { sentMs } : {}),
          ...(known[1] ? { headersMs } : {}),
          ...(known[2] ? { firstContentMs } : {}),
          ...(known[3] ? { endMs } : {}),
        };
      });
    fc.assert(
      fc.property(fc.array(attempt), fc.integer({ min: 1, max: 200 }), (attempts, width) => {
        for (const { segments } of waterfall(trailOf(attempts), width)) {
          expect(segments.length).toBeGreaterThan(0);
          let column = segments[0]?.from ?? -1;
          expect(column).toBeGreaterThanOrEqual(0);
          for (const { from, to } of segments) {
            expect(from).toBe(column);
            expect(to).toBeGreaterThan(from);
            column = to;
          }
          expect(column).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
