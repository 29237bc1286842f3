import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { Keeper } from './keeper.ts';
import { launchAgent } from './launch-agent.ts';
import { runTool, type ToolResult } from './run-tool.ts';

/** macOS's launchd, in the session of the user who is logged in. */
export function launchdKeeper(context: Context, name: string, home: string): Keeper {
  const path = join(home, 'Library', 'LaunchAgents', `${name}.plist`);
  const domain = `gui/${process.getuid?.() ?? 0}`;
  const service = `${domain}/${name}`;
  const ask = (...words: string[]): Promise<ToolResult> => runTool(context, 'launchctl', words);
  const tell = async (...words: string[]): Promise<string | undefined> =>
    complaint(await ask(...words), words);
  const isLoaded = async (): Promise<boolean> => (await ask('print', service)).code === 0;
  return {
    kind: 'launchd',
    path,
    text: launchAgent,
    async objection() {
      const { code, err } = await ask('print', domain);
      if (code === 0) return undefined;
      return code === 127
        ? 'there is no launchctl on this system'
        : `nobody is logged in at the screen: ${err}`;
    },
    async enable() {
      // What was loaded before stays as it was until it is loaded anew.
      if (await isLoaded()) await ask('bootout', service);
      return (await tell('enable', service)) ?? (await tell('bootstrap', domain, path));
    },
    async start() {
      if (!(await isLoaded())) return tell('bootstrap', domain, path);
      return tell('kickstart', service);
    },
    // Ended with a signal it drains and exits with 0, after which launchd leaves it alone until the next login.
    stop: async () =>
      (await isLoaded()) ? ignoreNotRunning(await ask('kill', 'SIGTERM', service)) : undefined,
    disable: async () => ((await isLoaded()) ? tell('bootout', service) : undefined),
    forgotten: () => Promise.resolve(),
    async state() {
      const { code, out } = await ask('print', service);
      const words = /^\s*state = (.+)$/m.exec(out)?.[1] ?? 'not loaded';
      const runs = Number(/^\s*runs = (\d+)$/m.exec(out)?.[1] ?? Number.NaN);
      return {
        installed: existsSync(path),
        running: words === 'running',
        enabled: code === 0,
        words,
        ...(Number.isInteger(runs) && { restarts: Math.max(0, runs - 1) }),
      };
    },
    hint: () => Promise.resolve('It runs while you are logged in.'),
  };
}

/** 3 is ESRCH: there is no such process. */
function ignoreNotRunning(result: ToolResult): string | undefined {
  return result.code === 3 ? undefined : complaint(result, ['kill']);
}

function complaint({ code, err, out }: ToolResult, words: readonly string[]): string | undefined {
  if (code === 0) return undefined;
  return `launchctl ${words.join(' ')}: ${err || out.trim() || `exit code ${code}`}`;
}
