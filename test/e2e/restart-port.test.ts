import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type DaemonHome, type GatedUpstream, openGated } from './daemon-home.ts';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  ({ home, upstream } = await openGated());
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
});

describe('gw restart --port', () => {
  it('leaves the daemon alone when somebody else listens on that port', async () => {
    const before = await home.start();
    const busy = new URL(upstream.url).port;
    const ran = await home.run(['restart', '--port', busy]);
    expect(ran).toMatchObject({ exit: 5 });
    expect(ran.err).toContain(`port ${busy} is in use`);
    expect(ran.err).toContain('nothing was stopped');
    expect(ran.err).toContain('fix: gw restart --port ');
    expect((await home.status()).instance).toBe(before.instance);
  });
});
