import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Context } from '../context.ts';
import type { Keeper, KeeperState } from './keeper.ts';
import { runTool, type ToolResult } from './run-tool.ts';
import { windowsTask } from './windows-task.ts';

/** Windows' Task Scheduler, for tasks of the user alone. */
export function taskSchedulerKeeper(context: Context, name: string): Keeper {
  const { env, paths } = context;
  const path = join(paths.configDir, `${name}-task.xml`);
  const domain = env['USERDOMAIN'];
  const user = `${domain === undefined ? '' : `${domain}\\`}${env['USERNAME'] ?? ''}`;
  const host = join(env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'wscript.exe');
  const script = join(dirname(process.argv[1] ?? ''), 'windows-task.js');
  const ask = (...words: string[]): Promise<ToolResult> => runTool(context, 'schtasks', words);
  const tell = async (...words: string[]): Promise<string | undefined> =>
    complaint(await ask(...words), words);
  return {
    kind: 'windows',
    path,
    // Task Scheduler reads UTF-16 with a mark of its byte order only.
    text: (plan) => windowsTask(plan, { user, host, script }),
    async objection() {
      return (await ask('/?')).code === 127 ? 'there is no schtasks on this system' : undefined;
    },
    enable: () => tell('/Create', '/TN', name, '/XML', path, '/F'),
    async start() {
      // One that waits after a crash counts as running, and a second one would not begin beside it.
      await ask('/End', '/TN', name);
      return tell('/Run', '/TN', name);
    },
    stop: async () => ((await ask('/Query', '/TN', name)).code === 0 ? tell('/End', '/TN', name) : undefined),
    disable: async () =>
      (await ask('/Query', '/TN', name)).code === 0 ? tell('/Delete', '/TN', name, '/F') : undefined,
    forgotten: () => Promise.resolve(),
    async state() {
      const { code, out } = await ask('/Query', '/TN', name, '/FO', 'CSV', '/NH', '/V');
      return { installed: existsSync(path), enabled: code === 0, ...lastResult(out) };
    },
    hint: () => Promise.resolve('It runs while you are logged in.'),
  };
}

/** Where `schtasks /V` prints the last result: host, task, next run, status, logon mode, last run, last result. */
const LAST_RESULT_COLUMN = 6;

/** What the Task Scheduler says of a task in place of an exit code (its "Error and Success Constants"). */
const RESULTS: Readonly<Record<number, string>> = {
  0x41300: 'ready',
  0x41301: 'running',
  0x41302: 'disabled',
  0x41303: 'not run yet',
  0x41306: 'ended by its user',
};

/** The status column is in the language of the system; the last result is a number everywhere. */
function lastResult(out: string): Pick<KeeperState, 'running' | 'words'> {
  const columns = [...out.matchAll(/"((?:[^"]|"")*)"/g)].map(([, text]) => text);
  const text = columns[LAST_RESULT_COLUMN];
  if (text === undefined) return { running: false, words: 'not there' };
  const words = RESULTS[Number(text)] ?? (Number(text) === 0 ? 'ended' : `ended with ${text}`);
  return { running: words === 'running', words };
}

function complaint({ code, err, out }: ToolResult, words: readonly string[]): string | undefined {
  if (code === 0) return undefined;
  return `schtasks ${words.join(' ')}: ${err || out.trim() || `exit code ${code}`}`;
}
