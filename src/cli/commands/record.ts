import { existsSync, readFileSync } from 'node:fs';

import { createTap } from '../../cassette/index.ts';
import { connectControl, type ControlClient, ControlError } from '../../control/index.ts';
import { nearest } from '../../lib/nearest.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { asCommandError } from '../cassette/load.ts';
import { newCassette } from '../cassette/place.ts';
import { readRequest } from '../cassette/reading.ts';
import { type CassetteRecording, type Recorded, startRecording } from '../cassette/recorder.ts';
import { recordedLines } from '../cassette/words.ts';
import { childVariables } from '../clients/child-variables.ts';
import { reachDaemon } from '../clients/reach.ts';
import { type Ending, endLike, exitCodeOf, isAtTerminal, runChild } from '../clients/run-child.ts';
import { STAND_IN_VARIABLE } from '../clients/stand-in.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { watchSignals } from '../demo/interruption.ts';
import { CommandError, EXIT } from '../error.ts';

const STOP = 'stop';

/** Records what goes through gw into a file that tests can be run with. */
export const command: Command = {
  arguments: [
    {
      name: '<name>',
      summary: 'the cassette: a name, a path that ends in .jsonl, or stop to end recordings',
    },
    {
      name: '[command...]',
      summary:
        'record only what this command asks; without one, everything until Ctrl-C; after stop: which one',
    },
  ],
  options: [
    { flags: '--route <name>', summary: 'only requests that this route serves' },
    { flags: '--client <name>', summary: 'only requests of clients whose name begins so' },
    { flags: '--append', summary: 'go on with a cassette that is there' },
    { flags: '--overwrite', summary: 'begin a cassette that is there anew' },
    { flags: '-q, --quiet', summary: 'no summary at the end' },
  ],
  examples: [
    'gw record checkout -- npm test',
    'gw record checkout --append -- node script.mjs',
    'gw record morning --client claude-cli',
    'gw record test/agent.cassette.jsonl --overwrite -- python app.py',
    'gw record stop',
    'gw record stop morning',
  ],
  async run(context, input) {
    const name = input.argument(0) ?? '';
    const words = input.arguments(1);
    const { address } = await reachDaemon(context);
    const daemon = await connect(context);
    try {
      if (name === STOP) return await stop(context, daemon, words);
      const file = newCassette(context, name);
      refuseToReplace(file, name, input);
      await refuseUnknownRoute(daemon, input.text('route'));
      const [program] = words;
      return program === undefined
        ? await recordAll(context, daemon, { name, file, input })
        : await recordCommand(context, daemon, { name, file, input, words, address });
    } catch (error) {
      if (error instanceof ControlError) throw declined(error);
      throw error;
    } finally {
      daemon.close();
    }
  },
};

interface Wanted {
  readonly name: string;
  readonly file: string;
  readonly input: Input;
}

async function connect({ paths }: Context): Promise<ControlClient> {
  const connected = await connectControl(paths.socket);
  if (connected.is === 'ok') return connected.value;
  throw new CommandError('gw is not running, so there is nothing to record.', {
    why: 'a recording is of what goes through a running gw',
    fix: 'gw start',
    exit: EXIT.notRunning,
  });
}

function declined(error: ControlError): CommandError {
  return new CommandError('Nothing was recorded.', { why: error.message, fix: error.fix ?? 'gw restart' });
}

/** Nobody's recording is written over unasked, and what is none never is. */
function refuseToReplace(file: string, name: string, input: Input): void {
  if (!existsSync(file) || input.flag('append')) return;
  const words = input.arguments(1).map(shellWord);
  const command = words.length === 0 ? '' : ` -- ${words.join(' ')}`;
  if (!input.flag('overwrite')) {
    throw new CommandError(`there is a cassette ${file} already`, {
      why: 'it may be the only recording of what is in it',
      fix: `gw record ${shellWord(name)} --append${command} (or --overwrite)`,
      exit: EXIT.usage,
    });
  }
  const [first = ''] = readFileSync(file, 'utf8').split('\n', 1);
  if (first === '' || first.includes('"gw-cassette"')) return;
  throw new CommandError(`${file} is not overwritten: it is no cassette`, {
    why: 'its first line has no "gw-cassette"',
    fix: `gw record ANOTHER-NAME${command} (or remove the file yourself)`,
    exit: EXIT.usage,
  });
}

/** Nothing goes over a route that is not there, and a recording of it would be waited for in vain. */
async function refuseUnknownRoute(daemon: ControlClient, route: string | undefined): Promise<void> {
  if (route === undefined) return;
  const names = (await daemon.call('status', {})).routes.map(({ name }) => name);
  if (names.includes(route)) return;
  const meant = nearest(route, names);
  throw new CommandError(`There is no route ${terminalSafe(route)}.`, {
    why: names.length === 0 ? 'no route is defined yet' : `gw serves ${terminalSafe(names.join(', '))}`,
    fix: meant === undefined ? 'gw route list' : `--route ${terminalSafe(meant)}`,
    exit: EXIT.usage,
  });
}

async function stop(context: Context, daemon: ControlClient, names: readonly string[]): Promise<number> {
  const [name, another] = names;
  if (another !== undefined) {
    throw new CommandError(`${STOP} is no name for a cassette`, {
      why: `gw record ${STOP} ends recordings: all, or those of one name`,
      fix: `gw record NAME -- ${names.map(shellWord).join(' ')}`,
      exit: EXIT.usage,
    });
  }
  const { stopped } = await daemon.call('stop-recording', { ...(name !== undefined && { name }) });
  if (context.json) context.printJson({ stopped });
  else if (stopped.length > 0)
    for (const one of stopped) context.say(`The recording ${terminalSafe(one)} ends.`);
  else if (name === undefined) context.say('Nothing was being recorded.');
  else context.say(`Nothing was being recorded as ${terminalSafe(name)} (gw status shows what is).`);
  return EXIT.ok;
}

async function recordAll(context: Context, daemon: ControlClient, wanted: Wanted): Promise<number> {
  const recording = await begin(context, daemon, wanted, false);
  const interruption = watchSignals();
  if (!context.json) context.say(`Recording into ${wanted.file}. To end it: Ctrl-C, or gw record stop`);
  try {
    await Promise.race([recording.over, interruption.promise.then(() => recording.stop())]);
    const recorded = await recording.over;
    if (context.json) context.printJson({ file: wanted.file, ...recorded });
    else if (!wanted.input.flag('quiet')) sayAll(context, recordedLines(recorded, wanted.file));
    return recorded.lost === undefined ? EXIT.ok : EXIT.failed;
  } finally {
    interruption.close();
  }
}

async function recordCommand(
  context: Context,
  daemon: ControlClient,
  { words, address, ...wanted }: Wanted & { readonly words: readonly string[]; readonly address: string },
): Promise<number> {
  const recording = await begin(context, daemon, wanted, true);
  const tap = createTap({ origin: address, recording: recording.id }, readRequest);
  let ending: Ending;
  try {
    const stand = await tap.listen(0);
    const variables = { ...(await childVariables(context, stand)), [STAND_IN_VARIABLE]: stand };
    const [program = '', ...rest] = words;
    ending = await runChild(
      { program, words: rest, env: { ...context.env, ...variables }, cwd: context.cwd },
      { signals: process, atTerminal: isAtTerminal(context) },
    );
  } finally {
    await tap.close();
    await recording.stop();
  }
  summarize(context, wanted, await recording.over, exitCodeOf(ending));
  return endLike(ending);
}

/** stdout is the command's own, so even JSON goes to stderr here. */
function summarize(context: Context, { file, input }: Wanted, recorded: Recorded, exit: number): void {
  if (input.flag('quiet')) return;
  if (context.json) context.say(JSON.stringify({ file, ...recorded, exit }));
  else sayAll(context, [...recordedLines(recorded, file), ...silenceLines(recorded)]);
}

/** A command that never asked gw most likely never took its address. */
function silenceLines({ exchanges, leftOut, lost }: Recorded): string[] {
  if (exchanges > 0 || leftOut.length > 0 || lost !== undefined) return [];
  return [
    '  No request of the command came through gw that could be recorded. It has to take the address from',
    '  OPENAI_BASE_URL, ANTHROPIC_BASE_URL or GOOGLE_GEMINI_BASE_URL; --route and --client leave others out.',
  ];
}

async function begin(
  context: Context,
  daemon: ControlClient,
  { name, file, input }: Wanted,
  marked: boolean,
): Promise<CassetteRecording> {
  const [route, client] = [input.text('route'), input.text('client')];
  const order = {
    name,
    marked,
    ...(route !== undefined && { route }),
    ...(client !== undefined && { client }),
  };
  try {
    return await startRecording(daemon, order, {
      file,
      now: context.clock.now(),
      overwrite: input.flag('overwrite'),
    });
  } catch (error) {
    throw asCommandError(error, file);
  }
}

function sayAll(context: Context, lines: readonly string[]): void {
  for (const line of lines) context.say(line);
}
