import { afterEach, describe, expect, it } from 'vitest';

import { connectControl, type Status } from '../../src/control/index.ts';
import { findPaths } from '../../src/core/paths.ts';
import { type DaemonGround, openDaemon } from '../daemon-ground.ts';
import { openCollector } from './collector.ts';

let ground: DaemonGround | undefined;

afterEach(async () => {
  await ground?.close();
  ground = undefined;
});

async function statusOf({ home }: DaemonGround): Promise<Status> {
  const connected = await connectControl(findPaths({ GW_HOME: home }).socket);
  if (connected.is === 'failed') throw new Error(connected.fault);
  try {
    return await connected.value.call('status', {});
  } finally {
    connected.value.close();
  }
}

describe('the status', () => {
  it('says nothing of a collector and a cache that nobody asked for', async () => {
    ground = await openDaemon({ a: {} });
    await ground.chat();
    const status = await statusOf(ground);
    expect(status.telemetry).toBeUndefined();
    expect(status.cache).toBeUndefined();
  });

  it('says where traces and metrics go, without the path', async () => {
    const collector = await openCollector();
    ground = await openDaemon({ a: {} }, { otel: { enabled: true, endpoint: `${collector.url}/tenant-7` } });
    expect((await statusOf(ground)).telemetry).toEqual({
      traces: collector.url,
      metrics: collector.url,
      dropped: 0,
    });
    await ground.close();
    ground = undefined;
    await collector.close();
  });

  it('counts the answers that the cache has in memory', async () => {
    ground = await openDaemon({ a: {} });
    await ground.chat({}, { 'x-gw-cache': 'on' });
    await ground.chat({}, { 'x-gw-cache': 'on' });
    const { cache } = await statusOf(ground);
    expect(cache).toMatchObject({ hits: 1, misses: 1, kept: { entries: 1 } });
    expect(cache?.kept?.bytes).toBeGreaterThan(100);
  });
});
