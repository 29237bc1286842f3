import { describe, expect, test } from 'vitest';

import { MovingLatency } from '../../../src/resilience/index.ts';

const NOW = 1_750_000_000_000;

describe('a moving latency', () => {
  test('is unknown until something was measured', () => {
    expect(new MovingLatency().meanMs).toBeUndefined();
  });

  test('is the first measurement, and follows the next ones', () => {
    const latency = new MovingLatency();
    latency.add(100, NOW);
    expect(latency.meanMs).toBe(100);
    for (let turn = 1; turn <= 4; turn++) latency.add(1100, NOW + turn);
    expect(latency.meanMs).toBeGreaterThan(800);
    expect(latency.at).toBe(NOW + 4);
  });

  test('believes a new measurement the more, the older what it knew is', () => {
    const after = (ms: number): number => {
      const latency = new MovingLatency();
      latency.add(1000, NOW);
      latency.add(100, NOW + ms);
      return latency.meanMs ?? 0;
    };
    expect(after(1000)).toBe(730);
    expect(after(60_000)).toBe(550);
    expect(after(3_600_000)).toBeCloseTo(100, 3);
  });
});
