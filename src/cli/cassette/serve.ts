import { createPlayback, type Miss, type Playback, type Played } from '../../cassette/index.ts';
import { connectControl } from '../../control/index.ts';
import { errorCode } from '../../lib/expect.ts';
import { childVariables } from '../clients/child-variables.ts';
import { reachDaemon } from '../clients/reach.ts';
import { type Ending, exitCodeOf, isAtTerminal, runChild } from '../clients/run-child.ts';
import { STAND_IN_VARIABLE } from '../clients/stand-in.ts';
import { clientAssignments, spareFromProxy } from '../clients/variables.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { watchSignals } from '../demo/interruption.ts';
import { CommandError, EXIT } from '../error.ts';
import { loadCassette } from './load.ts';
import { readRequest } from './reading.ts';
import { type CassetteRecording, startRecording } from './recorder.ts';
import { missFix, missLines, playedLines } from './words.ts';

/** How a cassette was asked to be served. */
interface Wanted {
  /** As it was typed, and what is read. */
  readonly name: string;
  readonly file: string;
  readonly words: readonly string[];
  readonly port: number;
  readonly speed: number;
  readonly strict: boolean;
  readonly all: boolean;
  readonly passOn: boolean;
  readonly recordNew: boolean;
  readonly quiet: boolean;
}

/** Serves a cassette to a command, or until it is interrupted; answers with the exit code. */
export async function serveCassette(context: Context, file: string, input: Input): Promise<number> {
  const wanted = readWanted(file, input);
  const cassette = loadCassette(file);
  const beyond = wanted.passOn ? await reachBeyond(context, wanted) : undefined;
  const playback = createPlayback({
    cassette,
    clock: context.clock,
    speed: wanted.speed,
    strict: wanted.strict,
    read: readRequest,
    ...(beyond && { onward: beyond.onward }),
    onMiss: (miss) => sayMiss(context, wanted, miss),
    fixOf: (is) => missFix(wanted, is),
  });
  let ending: Ending | undefined;
  try {
    const address = await listen(playback, wanted.port);
    ending = await serve(context, wanted, address);
  } finally {
    await playback.close();
    await beyond?.close();
  }
  const played = playback.played();
  report(context, wanted, { ...played, ...(ending && { exit: exitCodeOf(ending) }) });
  // The command's own failure says more than what was missing.
  const own = ending === undefined ? EXIT.ok : exitCodeOf(ending);
  return own === EXIT.ok && isFailed(wanted, played) ? EXIT.failed : own;
}

function readWanted(file: string, input: Input): Wanted {
  const wanted: Wanted = {
    name: input.argument(0) ?? file,
    file,
    words: input.arguments(1),
    port: readPort(input.text('port')),
    speed: readSpeed(input.text('speed')),
    strict: input.flag('strict'),
    all: input.flag('all'),
    passOn: input.flag('passOnMiss') || input.flag('recordNew'),
    recordNew: input.flag('recordNew'),
    quiet: input.flag('quiet'),
  };
  if (wanted.strict && wanted.passOn)
    throw usage('either --strict or --pass-on-miss', 'the one refuses what the other lets through');
  if (wanted.all && !wanted.strict)
    throw usage('--all needs --strict', 'without it nothing that is missing is a failure');
  return wanted;
}

function readPort(text = '0'): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw usage(`--port does not take "${text}"`, 'it is a number up to 65535');
}

function readSpeed(text = '1'): number {
  const [, digits] = /^(\d+(?:\.\d+)?)x?$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits);
  throw usage(
    `--speed does not take "${text}"`,
    'it is 1 for the recorded time, 2x for half of it, 0 for no waiting',
  );
}

function usage(what: string, why: string): CommandError {
  return new CommandError(what, { why, fix: 'gw replay --help', exit: EXIT.usage });
}

interface Beyond {
  readonly onward: { readonly origin: string; readonly recording?: string };
  close(): Promise<void>;
}

/** The running gw behind the cassette, and a recording of what it is asked. */
async function reachBeyond(context: Context, { file, recordNew }: Wanted): Promise<Beyond> {
  const { address } = await reachDaemon(context, 'gw start (or leave out --pass-on-miss)');
  if (!recordNew) return { onward: { origin: address }, close: () => Promise.resolve() };
  const connected = await connectControl(context.paths.socket);
  if (connected.is === 'failed')
    throw new CommandError('gw ended meanwhile', { fix: 'gw start', exit: EXIT.notRunning });
  const order = { name: file, marked: true };
  const recording: CassetteRecording = await startRecording(connected.value, order, {
    file,
    now: context.clock.now(),
  });
  return {
    onward: { origin: address, recording: recording.id },
    close: async () => {
      await recording.stop();
      const { exchanges } = await recording.over;
      connected.value.close();
      if (exchanges > 0) context.say(`gw: ${exchanges} new in ${file}`);
    },
  };
}

async function listen(playback: Playback, port: number): Promise<string> {
  try {
    return await playback.listen(port);
  } catch (error) {
    throw new CommandError(`nothing can listen on port ${port}`, {
      why: errorCode(error) === 'EADDRINUSE' ? 'another program does' : String(errorCode(error)),
      fix: 'gw replay NAME --port 0, or leave --port out',
      exit: EXIT.start,
    });
  }
}

async function serve(context: Context, wanted: Wanted, address: string): Promise<Ending | undefined> {
  const [program, ...words] = wanted.words;
  if (program === undefined) {
    announce(context, wanted, address);
    const interruption = watchSignals();
    await interruption.promise.finally(() => interruption.close());
    return undefined;
  }
  const variables = wanted.passOn
    ? await childVariables(context, address)
    : strangerVariables(context, address);
  return runChild(
    { program, words, env: { ...context.env, ...variables, [STAND_IN_VARIABLE]: address }, cwd: context.cwd },
    { signals: process, atTerminal: isAtTerminal(context) },
  );
}

/** No gw stands behind it, so no token of one is needed. */
function strangerVariables({ env }: Context, address: string): Record<string, string> {
  const texts = clientAssignments(address, env, undefined).flatMap((one): [string, string][] =>
    one.is === 'text' ? [[one.name, one.value]] : [],
  );
  return { ...Object.fromEntries(texts), ...spareFromProxy(address, env) };
}

function announce(context: Context, { file }: Wanted, address: string): void {
  if (context.json) {
    context.print(JSON.stringify({ event: 'listening', address, file }));
    return;
  }
  context.print(address);
  context.say(`Serving ${file}; nothing leaves this machine unless it is passed on. To end it: Ctrl-C`);
  context.say(
    `  OPENAI_BASE_URL=${address}/v1  ANTHROPIC_BASE_URL=${address}  GOOGLE_GEMINI_BASE_URL=${address}`,
  );
}

function sayMiss(context: Context, { quiet, words }: Wanted, miss: Miss): void {
  if (quiet) return;
  if (context.json) {
    if (words.length === 0) context.print(JSON.stringify({ event: 'missed', ...miss }));
  } else if (words.length === 0) for (const line of missLines(miss)) context.say(line);
}

/** Where a command ran, stdout is its own, so even JSON goes to stderr. */
function report(context: Context, wanted: Wanted, played: Played & { exit?: number }): void {
  const { file, words, quiet, all } = wanted;
  if (context.json) {
    const line = JSON.stringify({ event: 'ended', file, ...played });
    if (words.length > 0) context.say(line);
    else context.print(line);
  } else if (!quiet) {
    // Without a command each was told when it was missed.
    const shown = words.length > 0 ? played : { ...played, missed: [] };
    for (const line of playedLines(shown, all)) context.say(line);
    const canBeAdded = played.missed.some(({ passedOn, nearest }) => !passedOn && nearest !== undefined);
    if (canBeAdded) context.say(`  ${missFix(wanted, 'miss')}`);
  }
}

function isFailed({ strict, all }: Wanted, { misses, unused }: Played): boolean {
  return strict && (misses > 0 || (all && unused.length > 0));
}
