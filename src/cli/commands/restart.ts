import { connectControl } from '../../control/index.ts';
import { type Overrides, splitAddress, type Stopped } from '../../daemon/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { refuseBusyPort } from '../daemon/busy-port.ts';
import {
  chooseFor,
  launch,
  LAUNCH_OPTIONS,
  printStarted,
  readOverrides,
  sayWhereFrom,
} from '../daemon/launch.ts';
import { findInstalled } from '../service/installed.ts';
import { STOP_OPTIONS, stopFor } from './stop.ts';

/** Stops the daemon and starts it again, where it was. */
export const command: Command = {
  options: [...LAUNCH_OPTIONS, ...STOP_OPTIONS],
  examples: ['gw restart', 'gw restart --port 4500', 'gw restart --now'],
  async run(context, input) {
    const asked = readOverrides(context, input);
    const heir = await withHeldKeys(context);
    // Before anything is stopped: a profile that cannot be served must not cost the daemon that serves.
    chooseFor(heir, asked);
    const kept = await findInstalled(context);
    kept?.refuseOverrides(asked);
    await refuseBusyPort(heir, kept ? {} : asked);
    const stopped = await stopFor(context, input);
    const overrides = kept ? {} : { ...sameAsBefore(stopped), ...asked };
    const chosen = chooseFor(heir, overrides);
    const started = await (kept ? kept.start(heir) : launch(heir, overrides));
    sayWhereFrom(heir, chosen);
    printStarted(heir, started);
  },
};

/** The context with the keys that the running daemon has and this shell does not: they live in its memory only. */
async function withHeldKeys(context: Context): Promise<Context> {
  const held = Object.entries(await askForKeys(context)).filter(([name]) => !context.env[name]?.trim());
  if (held.length === 0) return context;
  const names = held.map(([name]) => terminalSafe(name)).join(', ');
  context.say(`Taken over from the running daemon, as this shell has none: ${names}`);
  return { ...context, env: { ...context.env, ...Object.fromEntries(held) } };
}

async function askForKeys({ paths }: Context): Promise<Readonly<Record<string, string>>> {
  const connected = await connectControl(paths.socket);
  if (connected.is === 'failed') return {};
  try {
    return (await connected.value.call('hand-over', {})).env;
  } catch {
    // An older daemon does not know the question; whether the new one lacks a key is then said when it starts.
    return {};
  } finally {
    connected.value.close();
  }
}

/** Clients point at the address they were given, so what was asked for at the start is asked for again. */
function sameAsBefore(stopped: Stopped | undefined): Overrides {
  if (stopped === undefined) return {};
  const { overrides, address } = stopped;
  if (overrides.port !== 0 || address === undefined) return overrides;
  return { ...overrides, port: splitAddress(address).port };
}
