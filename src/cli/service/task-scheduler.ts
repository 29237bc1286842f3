import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { Keeper } from './keeper.ts';
import { runTool, type ToolResult } from './run-tool.ts';
import { windowsTask } from './windows-task.ts';

/** Windows' Task Scheduler, for tasks of the user alone. */
export function taskSchedulerKeeper(context: Context, name: string): Keeper {
  const path = join(context.paths.configDir, `${name}-task.xml`);
  const domain = context.env['USERDOMAIN'];
  const user = `${domain === undefined ? '' : `${domain}\\`}${context.env['USERNAME'] ?? ''}`;
  const ask = (...words: string[]): Promise<ToolResult> => runTool(context, 'schtasks', words);
  const tell = async (...words: string[]): Promise<string | undefined> =>
    complaint(await ask(...words), words);
  return {
    kind: 'windows',
    path,
    // Task Scheduler reads UTF-16 with a mark of its byte order only.
    text: (plan) => windowsTask(plan, user),
    async objection() {
      return (await ask('/?')).code === 127 ? 'there is no schtasks on this system' : undefined;
    },
    enable: () => tell('/Create', '/TN', name, '/XML', path, '/F'),
    start: () => tell('/Run', '/TN', name),
    stop: async () => ((await ask('/Query', '/TN', name)).code === 0 ? tell('/End', '/TN', name) : undefined),
    disable: async () =>
      (await ask('/Query', '/TN', name)).code === 0 ? tell('/Delete', '/TN', name, '/F') : undefined,
    forgotten: () => Promise.resolve(),
    async state() {
      const { code, out } = await ask('/Query', '/TN', name, '/FO', 'CSV', '/NH');
      const words = /"([^"]*)"\s*$/.exec(out.trim())?.[1] ?? 'not there';
      return { installed: existsSync(path), running: words === 'Running', enabled: code === 0, words };
    },
    hint: () => Promise.resolve('It runs while you are logged in.'),
  };
}

function complaint({ code, err, out }: ToolResult, words: readonly string[]): string | undefined {
  if (code === 0) return undefined;
  return `schtasks ${words.join(' ')}: ${err || out.trim() || `exit code ${code}`}`;
}
