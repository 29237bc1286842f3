import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { Keeper } from './keeper.ts';
import { launchAgent } from './launch-agent.ts';
import { STOP_SECONDS } from './plan.ts';
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
  const load = async (): Promise<string | undefined> => {
    const words = ['bootstrap', domain, path];
    let result = await ask(...words);
    await within(context, async () => {
      if (!STILL_LEAVING.includes(result.code)) return true;
      result = await ask(...words);
      return !STILL_LEAVING.includes(result.code);
    });
    return complaint(result, words);
  };
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
      await within(context, async () => !(await isLoaded()));
      return (await tell('enable', service)) ?? (await load());
    },
    async start() {
      if (!(await isLoaded())) return load();
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

/**
 * `bootout` returns before the agent is gone: until its process has ended, and up to five seconds more, `bootstrap` of
 * the same label ends with 5 (EIO) or 37 (EALREADY).
 */
const STILL_LEAVING: readonly number[] = [5, 37];
const POLL_MS = 250;

/** Asks again and again until the answer is yes, for as long as launchd lets an agent take to end. */
async function within({ clock }: Context, isDone: () => Promise<boolean>): Promise<void> {
  const deadline = clock.monotonic() + STOP_SECONDS * 1_000;
  while (!(await isDone()) && clock.monotonic() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** 3 is ESRCH: there is no such process. */
function ignoreNotRunning(result: ToolResult): string | undefined {
  return result.code === 3 ? undefined : complaint(result, ['kill']);
}

function complaint({ code, err, out }: ToolResult, words: readonly string[]): string | undefined {
  if (code === 0) return undefined;
  return `launchctl ${words.join(' ')}: ${err || out.trim() || `exit code ${code}`}`;
}
