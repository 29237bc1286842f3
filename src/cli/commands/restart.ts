import { type Overrides, splitAddress, type Stopped } from '../../daemon/index.ts';
import type { Command } from '../command.ts';
import {
  chooseFor,
  launch,
  LAUNCH_OPTIONS,
  printStarted,
  readOverrides,
  sayWhereFrom,
} from '../daemon/launch.ts';
import { STOP_OPTIONS, stopFor } from './stop.ts';

/** Stops the daemon and starts it again, where it was. */
export const command: Command = {
  options: [...LAUNCH_OPTIONS, ...STOP_OPTIONS],
  examples: ['gw restart', 'gw restart --port 4500', 'gw restart --now'],
  async run(context, input) {
    const asked = readOverrides(input);
    // Before anything is stopped: a profile that cannot be served must not cost the daemon that serves.
    chooseFor(context, asked);
    const stopped = await stopFor(context, input);
    const overrides = { ...sameAsBefore(stopped), ...asked };
    const chosen = chooseFor(context, overrides);
    const started = await launch(context, overrides);
    sayWhereFrom(context, chosen);
    printStarted(context, started);
  },
};

/** Clients point at the address they were given, so what was asked for at the start is asked for again. */
function sameAsBefore(stopped: Stopped | undefined): Overrides {
  if (stopped === undefined) return {};
  const { overrides, address } = stopped;
  if (overrides.port !== 0 || address === undefined) return overrides;
  return { ...overrides, port: splitAddress(address).port };
}
