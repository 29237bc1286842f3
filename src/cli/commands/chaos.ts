import { connectControl, type ControlClient, ControlError, type Status } from '../../control/index.ts';
import { CHAOS_LASTS_AT_MOST_MS, CHAOS_WORDS, chaosPlace, type ChaosView } from '../../core/chaos.ts';
import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { chaosSentence, chaosTable } from '../chaos/words.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { confirm } from '../prompt.ts';

const PATIENCE_MS = 5_000;
const STOP = 'stop';

/** `gw chaos`. */
export const command: Command = {
  arguments: [
    { name: '[target]', summary: 'a provider, or provider/model; or stop, to end what runs' },
    {
      name: '[fault]',
      summary: `${CHAOS_WORDS.map(({ name }) => name).join(', ')}, or what gw simulate --list-faults shows; after stop: the provider to leave alone`,
    },
  ],
  options: [
    {
      flags: '--rate <share>',
      summary: 'which share of the attempts it meets, at random: 20% (all of them)',
    },
    { flags: '--for <duration>', summary: 'when it ends by itself: 90s, 5m; an hour at most (5m)' },
    { flags: '--after <duration>', summary: 'when it begins (at once)' },
    { flags: '--all', summary: 'with stop: everything that runs, which is also what stop alone means' },
    { flags: '--yes', summary: 'do not ask when the provider serves somebody now' },
  ],
  examples: [
    'gw chaos openai 503 --for 2m',
    "gw chaos anthropic '429;retry-after=5' --rate 20%",
    'gw chaos openai/gpt-5.4 cut@token=40 --rate 10% --yes',
    'gw chaos',
    'gw chaos stop',
    'gw chaos stop openai --json',
  ],
  async run(context, input) {
    const target = input.argument(0);
    const daemon = await connect(context);
    try {
      if (target === undefined) await list(context, daemon);
      else if (target === STOP) await stop(context, daemon, input);
      else await start(context, daemon, { target, input });
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      const fix = error.fix ?? 'gw chaos --help';
      throw new CommandError('No fault was put into anything.', { why: error.message, fix });
    } finally {
      daemon.close();
    }
  },
};

async function connect({ paths }: Context): Promise<ControlClient> {
  const connected = await connectControl(paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'ok') return connected.value;
  throw new CommandError('gw is not running, so nothing can be made to fail.', {
    why: 'chaos lives in the daemon, and ends with it',
    fix: 'gw start',
    exit: EXIT.notRunning,
  });
}

async function list(context: Context, daemon: ControlClient): Promise<void> {
  const { chaos = [], now } = await daemon.call('status', {}, PATIENCE_MS);
  if (context.json) context.printJson({ chaos });
  else if (chaos.length === 0)
    context.say('Nothing fails on purpose. To begin: gw chaos PROVIDER 503 --for 2m');
  else context.print(chaosTable(chaos, now, context.columns));
}

async function stop(context: Context, daemon: ControlClient, input: Input): Promise<void> {
  const named = input.argument(1);
  const everything = named === undefined || input.flag('all');
  const { stopped } = await daemon.call('stop-chaos', everything ? {} : placeOf(named));
  if (context.json) {
    context.printJson({ stopped });
    return;
  }
  if (stopped.length === 0) {
    const where = everything ? '' : ` at ${terminalSafe(named)}`;
    context.say(`Nothing failed on purpose${where}.`);
    return;
  }
  for (const view of stopped) context.say(endWords(view));
}

function endWords(view: ChaosView): string {
  const { fault, attempts, injected } = view;
  const place = terminalSafe(chaosPlace(view));
  return `${place} is left in peace again: ${terminalSafe(fault)} met ${injected} of ${attempts} attempts; what they did to its breaker is undone.`;
}

async function start(
  context: Context,
  daemon: ControlClient,
  { target, input }: { readonly target: string; readonly input: Input },
): Promise<void> {
  const fault = input.argument(1);
  if (fault === undefined) throw usage(`What should ${terminalSafe(target)} do wrong?`, 'no fault was given');
  const times = { ...readTime(input, 'for', 'forMs'), ...readTime(input, 'after', 'afterMs') };
  const rate = readRate(input.text('rate'));
  const place = placeOf(target);
  const status = await daemon.call('status', {}, PATIENCE_MS);
  if (!(await isAgreed(context, { status, place, fault }, input))) {
    context.say('Nothing was done.');
    return;
  }
  const order = { ...place, fault, ...times, ...(rate === undefined ? {} : { rate }) };
  const { chaos } = await daemon.call('start-chaos', order, PATIENCE_MS);
  if (context.json) context.printJson({ chaos });
  else for (const line of startLines(chaos, context.clock.now())) context.say(line);
}

function startLines(chaos: ChaosView, now: number): readonly string[] {
  return [
    `▲ ${chaosSentence(chaos, now)}.`,
    chaos.asks
      ? '  The provider is asked as ever, and paid: its own answers are what breaks.'
      : '  The provider is not asked by the attempts it meets, so they cost nothing.',
    '  They are marked in gw why and x-gw-chaos, and held against nobody.',
    `  fix: gw chaos stop ${terminalSafe(chaos.provider)}   (to end it sooner)`,
  ];
}

/** Whom it would hit is asked about; a provider nobody uses may fail as it likes. */
async function isAgreed(
  context: Context,
  asked: { readonly status: Status; readonly place: Place; readonly fault: string },
  input: Input,
): Promise<boolean> {
  const { provider } = asked.place;
  const routes = asked.status.routes.filter(({ serving }) => serving?.target.provider === provider);
  if (input.flag('yes') || routes.length === 0) return true;
  const place = terminalSafe(chaosPlace(asked.place));
  const names = routes.map(({ name }) => terminalSafe(name)).join(', ');
  return confirm(context, {
    question: `${terminalSafe(provider)} serves ${names} now. Have ${place} fail (${terminalSafe(asked.fault)})?`,
    otherwise: false,
    instead: terminalSafe(typedAgain(input)),
  });
}

/** The command as it was typed, with the answer to the question it would ask. */
function typedAgain(input: Input): string {
  const words = [input.argument(0) ?? '', input.argument(1) ?? ''].map(shellWord);
  const options = ['for', 'after', 'rate'].flatMap((name) => {
    const value = input.text(name);
    return value === undefined ? [] : [`--${name}`, shellWord(value)];
  });
  return `gw chaos ${[...words, ...options].join(' ')} --yes`;
}

interface Place {
  readonly provider: string;
  readonly model?: string;
}

/** Names of models have slashes of their own; a provider's has none. */
function placeOf(text: string): Place {
  const slash = text.indexOf('/');
  return slash === -1 ? { provider: text } : { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}

function readTime(
  input: Input,
  option: string,
  name: 'forMs' | 'afterMs',
): Partial<Record<'forMs' | 'afterMs', number>> {
  const text = input.text(option);
  if (text === undefined) return {};
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= CHAOS_LASTS_AT_MOST_MS) return { [name]: ms };
  throw usage(
    `--${option} takes a duration up to ${formatDuration(CHAOS_LASTS_AT_MOST_MS)}, not ${terminalSafe(text)}.`,
    'chaos that is forgotten must end by itself',
  );
}

function readRate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  const rate = found ? Number(found[1]) / 100 : Number.NaN;
  if (rate > 0 && rate <= 1) return rate;
  throw usage(
    `--rate takes a share such as 20%, not ${terminalSafe(text)}.`,
    'it is the share of attempts it meets',
  );
}

function usage(what: string, why: string): CommandError {
  return new CommandError(what, { why, fix: 'gw chaos --help', exit: EXIT.usage });
}
