import { afterEach, beforeEach, expect, it } from 'vitest';

import { ask, DaemonHome, waitUntil } from './daemon-home.ts';

let home: DaemonHome;

beforeEach(() => {
  home = new DaemonHome();
});

afterEach(() => home.remove());

/** What a computer that sleeps does to a process; only its sockets and timers are there afterwards. */
async function standStill(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await new Promise((resolve) => setTimeout(resolve, ms));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

// Five seconds are the least that is told from a busy moment. Windows cannot stop a process and have it go on.
it.skipIf(process.platform === 'win32')(
  'a daemon that was stopped for a while serves the first request after that from where it did before, and opens no breaker [promise:sleep]',
  async () => {
    await home.startBefore('first', 'second');
    const { address, pid } = await home.status();
    const served = async (): Promise<string | null> => {
      const response = await ask(address);
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      return response.headers.get('x-gw-provider');
    };
    await Promise.all(Array.from({ length: 8 }, served));
    await standStill(pid, 5_500);
    expect(await served()).toBe('first');
    expect(await Promise.all(Array.from({ length: 8 }, served))).toEqual(
      Array.from({ length: 8 }, () => 'first'),
    );
    await waitUntil(() => home.log().includes('process-resumed'));
    const { providers, counters } = await home.status();
    expect(counters).toMatchObject({ total: 17, served: 17, failovers: 0 });
    for (const { targets } of providers) for (const { breaker } of targets) expect(breaker.is).toBe('closed');
  },
  90_000,
);
