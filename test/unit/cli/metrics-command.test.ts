import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Input } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/metrics.ts';
import { testContext } from '../../cli-context.ts';
import { openDaemon } from '../../daemon-ground.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-metrics-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('gw metrics', () => {
  it('says that nothing runs, and where the past is told', async () => {
    const run = command.run(testContext({ home }), new Input([], {}));
    await expect(run).rejects.toMatchObject({ exit: 3, fix: 'gw start' });
  });

  it('prints what it is asked for, as text and as JSON', async () => {
    const ground = await openDaemon({ a: {} });
    try {
      await ground.chat();
      const text = testContext({ home: ground.home });
      await command.run(text, new Input([], { only: 'attempts' }));
      expect(text.out).toContain('gw_attempts_total{provider="a",model="m",fault="none"} 1');
      expect(text.out).not.toContain('gw_requests_total');
      const json = testContext({ home: ground.home, json: true });
      await command.run(json, new Input([], { only: 'gw_attempts' }));
      expect(json.outJson).toEqual({
        metrics: [
          { name: 'gw_attempts_total', labels: { provider: 'a', model: 'm', fault: 'none' }, value: 1 },
        ],
      });
    } finally {
      await ground.close();
    }
  });
});
