import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { Input } from '../../src/cli/command.ts';
import { command } from '../../src/cli/commands/dash.ts';
import { testContext } from '../cli-context.ts';

const home = mkdtempSync(join(tmpdir(), 'gw-dash-command-'));
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('says what to do when no daemon runs, and exits with 3', async () => {
  await expect(command.run(testContext({ home }), new Input([], {}))).rejects.toMatchObject({
    message: 'no daemon is running',
    exit: 3,
    fix: expect.stringContaining('gw start'),
  });
});
