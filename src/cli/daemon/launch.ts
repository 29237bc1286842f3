import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { ControlError } from '../../control/index.ts';
import { CAPTURE_MODES, type CaptureMode } from '../../core/capture.ts';
import { targetName } from '../../core/target.ts';
import {
  type Chosen,
  chooseProfile,
  DaemonError,
  type DaemonErrorKind,
  daemonEnvironment,
  type Launch,
  type Overrides,
  startDaemon,
  type Started,
  StartError,
} from '../../daemon/index.ts';
import { isKeyOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { PRESETS } from '../../providers/index.ts';
import { assigningLine, loadingLine } from '../clients/detect-shell.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT, type ExitCode } from '../error.ts';
import { referencedValues } from '../notify.ts';
import { openStored } from '../stored-config.ts';

/** The options that say where a daemon listens and what it serves; shared by every command that starts one. */
export const LAUNCH_OPTIONS = [
  { flags: '--port <number>', summary: 'listen on this port instead of the one in the profile file (4499)' },
  { flags: '--host <address>', summary: 'listen on this address instead of 127.0.0.1' },
  { flags: '--profile <name>', summary: 'serve this profile instead of the active one' },
  {
    flags: '--socket [path]',
    summary: 'listen on a Unix socket too: this one, or gw.sock beside the control socket',
  },
  { flags: '--capture <what>', summary: 'keep headers and bodies of requests too: off, errors or all' },
] as const;

/** Linux keeps addresses of sockets in 108 bytes, macOS in 104. */
const LONGEST_SOCKET = 100;

/** What of the profile file the command line overrides. */
export function readOverrides(context: Context, input: Input): Overrides {
  const port = readPort(input.text('port'));
  const host = input.text('host');
  const profile = input.text('profile');
  const capture = readCapture(input.text('capture'));
  const socket = readSocket(context, input);
  return {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host: host === 'localhost' ? '127.0.0.1' : host }),
    ...(profile === undefined ? {} : { profile }),
    ...(capture === undefined ? {} : { capture }),
    ...(socket === undefined ? {} : { socket }),
  };
}

/** A port as an option says it; undefined when it was not given. */
export function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandError(`${terminalSafe(text)} is no port.`, {
    why: 'a port is a number from 0 (any free one) to 65535',
    fix: '--port 4499',
    exit: EXIT.usage,
  });
}

/** The daemon works in another directory than this shell, so a relative path must not stay one. */
function readSocket({ paths, cwd }: Context, input: Input): string | undefined {
  if (input.flag('socket')) return join(paths.stateDir, 'gw.sock');
  const path = input.text('socket');
  if (path === undefined || path.startsWith('\\\\')) return path;
  const whole = resolve(cwd, path);
  if (whole.length <= LONGEST_SOCKET) return whole;
  throw new CommandError(`${terminalSafe(whole)} is too long for a socket.`, {
    why: `kernels take about ${LONGEST_SOCKET} bytes`,
    fix: '--socket (without a path), or a shorter one',
    exit: EXIT.usage,
  });
}

function readCapture(text: string | undefined): CaptureMode | undefined {
  if (text === undefined || isKeyOf(CAPTURE_MODES, text)) return text;
  throw new CommandError(`--capture cannot be ${terminalSafe(text)}.`, {
    why: 'it is off, errors (requests in which something failed) or all',
    fix: '--capture errors',
    exit: EXIT.usage,
  });
}

/** What a start would serve; a profile that cannot be served ends the command with exit code 4. */
export function chooseFor(context: Context, overrides: Overrides): Chosen {
  const chosen = chooseProfile(openStored(context), context.env, PRESETS, overrides);
  if (chosen.is === 'failed') throw commandErrorFor(chosen.fault, context);
  return chosen.value;
}

/** Starts a daemon as this shell would have it, unless one runs. */
export async function launch(context: Context, overrides: Overrides): Promise<Started> {
  const request: Launch = {
    paths: context.paths,
    clock: context.clock,
    program: process.argv[1] ?? '',
    overrides,
    env: { ...daemonEnvironment(context.env), ...referencedValues(context) },
  };
  try {
    return await startDaemon(request);
  } catch (error) {
    throw commandErrorFor(error, context);
  }
}

const EXIT_FOR: Readonly<Record<DaemonErrorKind, ExitCode>> = {
  config: EXIT.config,
  running: EXIT.start,
  start: EXIT.start,
};

/** Turns what the daemon side says into what a command throws; a failed start shows what the log says. */
export function commandErrorFor(error: unknown, context: Context): unknown {
  if (error instanceof ControlError) {
    return new CommandError(error.message, {
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      exit: EXIT.start,
      cause: error,
    });
  }
  if (!(error instanceof DaemonError)) return error;
  if (error instanceof StartError && error.kind !== 'config') sayLastLines(context, error);
  return new CommandError(error.message, {
    ...(error.why === undefined ? {} : { why: error.why }),
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    exit: EXIT_FOR[error.kind],
    cause: error,
  });
}

/** What the log says last, unless that is the very message that follows. */
function sayLastLines(context: Context, { logLines, message }: StartError): void {
  if (logLines.length === 0 || logLines.some((line) => line.includes(message))) return;
  context.say(`The last lines of ${context.paths.log}:`);
  for (const line of logLines) context.say(`  ${line}`);
}

/** Where the daemon's owner is found on this machine. */
export function homeOf(context: Context): string {
  return context.env['HOME'] ?? homedir();
}

/** Tells a person what is running and how to use it. */
export function printStarted(context: Context, { hello, status, already }: Started): void {
  if (context.json) {
    context.printJson({
      address: status.address,
      baseUrl: `${status.address}/v1`,
      ...(status.socket !== undefined && { socket: status.socket }),
      instance: hello.instance,
      pid: hello.pid,
      version: hello.version,
      profile: status.profile,
      already,
      routes: status.routes.map(({ name, match, targets }) => ({ name, match, targets })),
      problems: status.problems,
    });
    return;
  }
  const { style } = context;
  const state = already ? 'gw is already running at' : 'gw is running at';
  context.print(
    `${state} ${style.bold(status.address)} (profile ${terminalSafe(status.profile)}, pid ${hello.pid})`,
  );
  if (status.socket !== undefined) context.print(`and at the socket ${terminalSafe(status.socket)}`);
  context.print('');
  const load = loadingLine(context.env);
  const byHand = assigningLine(context.env, 'OPENAI_BASE_URL', `${status.address}/v1`);
  const width = Math.max(load.length, byHand.length);
  context.print(`  ${load.padEnd(width)}  ${style.dim('points this shell at it')}`);
  context.print(`  ${byHand.padEnd(width)}  ${style.dim('the same by hand, for one kind of client')}`);
  context.print('');
  for (const { match, targets, balance } of status.routes) {
    const order = balance === undefined ? targets.join(', then ') : `${targets.join(' or ')} (${balance})`;
    context.print(terminalSafe(`  ${match.join(', ')}  →  ${order}`));
  }
  for (const { message, fix } of status.problems) {
    context.say(`! ${terminalSafe(message)}`);
    if (fix !== undefined) context.say(`  fix: ${terminalSafe(fix)}`);
  }
}

/** A profile made from the environment is worth saying: it was never written down. */
export function sayWhereFrom(context: Context, chosen: Chosen): void {
  if (!chosen.fromEnvironment) return;
  const names = chosen.environmentNames.join(', ');
  const targets = chosen.profile.routes[0]?.targets.map(targetName).join(', then ') ?? '';
  context.say(
    `No profile yet: using the keys in the environment (${names}) for ${targets}. To keep it: gw init`,
  );
}
