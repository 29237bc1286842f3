import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { Keeper, KeeperState } from './keeper.ts';
import { runTool, type ToolResult } from './run-tool.ts';
import { systemdUnit } from './systemd-unit.ts';

/** The systemd of the user, which needs no rights of root. */
export function systemdKeeper(context: Context, name: string, home: string): Keeper {
  const unit = `${name}.service`;
  const folder = context.env['XDG_CONFIG_HOME'] || join(home, '.config');
  const path = join(folder, 'systemd', 'user', unit);
  const ask = (...words: string[]): Promise<ToolResult> =>
    runTool(context, 'systemctl', ['--user', ...words]);
  const tell = async (...words: string[]): Promise<string | undefined> =>
    complaint(await ask(...words), words);
  return {
    kind: 'systemd',
    path,
    text: systemdUnit,
    async objection() {
      const { code, err } = await ask('show', '--property=Version');
      if (code === 0) return undefined;
      return code === 127
        ? 'there is no systemctl on this system'
        : `systemd does not answer: ${err || 'it says nothing'}`;
    },
    async enable() {
      return (await tell('daemon-reload')) ?? (await tell('enable', unit));
    },
    async start() {
      // A service that crashed too often is not started again before that is forgotten.
      await ask('reset-failed', unit);
      return tell('start', unit);
    },
    stop: () => tell('stop', unit),
    disable: () => tell('disable', '--now', unit),
    async forgotten() {
      await ask('daemon-reload');
    },
    async state() {
      const shown = await ask('show', unit, '--property=ActiveState,SubState,UnitFileState,NRestarts');
      return readState(shown.out, existsSync(path));
    },
    async hint() {
      const user = userInfo().username;
      const shown = await runTool(context, 'loginctl', ['show-user', user, '--property=Linger']);
      return shown.out.trim() === 'Linger=yes'
        ? undefined
        : `It runs while you are logged in. To have it run before and after too: loginctl enable-linger ${user}`;
    },
  };
}

/** What `systemctl show` prints: a line per property. */
function readState(text: string, installed: boolean): KeeperState {
  const shown = new Map(
    text.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
  const active = shown.get('ActiveState') ?? 'unknown';
  const restarts = Number(shown.get('NRestarts') || Number.NaN);
  return {
    installed,
    running: active === 'active' || active === 'activating' || active === 'reloading',
    enabled: shown.get('UnitFileState') === 'enabled',
    words: `${active} (${shown.get('SubState') ?? 'unknown'})`,
    ...(Number.isInteger(restarts) && { restarts }),
  };
}

function complaint({ code, err, out }: ToolResult, words: readonly string[]): string | undefined {
  if (code === 0) return undefined;
  return `systemctl --user ${words.join(' ')}: ${err || out.trim() || `exit code ${code}`}`;
}
