import { parseDuration, formatDuration } from '../../lib/duration.ts';
import { errorCode, errorMessage } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import {
  CHAT_RULES,
  type ChatRules,
  createSimulator,
  parseSimulatedFault,
  simulatedFormats,
  type Simulator,
  type SimulatorCall,
  type SimulatorOptions,
} from '../../simulator/index.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { listFaults } from '../simulate/fault-list.ts';
import { conclude, Tally } from '../simulate/tally.ts';

// Next to each other and away from gw's own 4499, so that two simulators are 4801 and 4802, sim1 and sim2.
const FIRST_PORT = 4801;
const LAST_PORT = 4899;
// A brisk hosted model: slow enough to watch, fast enough not to wait for.
const DEFAULT_FIRST_TOKEN_MS = 250;
const DEFAULT_TOKENS_PER_SECOND = 60;

/** `gw simulate`. */
export const command: Command = {
  options: [
    { flags: '--port <number>', summary: `where to listen (default: the first free one from ${FIRST_PORT})` },
    { flags: '--host <address>', summary: 'interface to listen on (default: 127.0.0.1)' },
    {
      flags: '--name <name>',
      summary: 'what it calls itself in its answers (default: sim1 for port 4801, …)',
    },
    {
      flags: '--model-latency <time...>',
      summary: `time to first token: 2s, or gpt-*=2s for some models (default: ${DEFAULT_FIRST_TOKEN_MS}ms)`,
    },
    {
      flags: '--tokens-per-second <number>',
      summary: `how fast it writes; 0 is all at once (default: ${DEFAULT_TOKENS_PER_SECOND})`,
    },
    {
      flags: '--fault <fault>',
      summary: 'meet every request with this: 429;retry-after=30, stall@headers, …',
    },
    { flags: '--key <key...>', summary: 'invented keys it accepts; others get a 401 (default: any or none)' },
    { flags: '--model <name...>', summary: 'the only models it has (default: any name)' },
    {
      flags: '--chat-rules <host>',
      summary: `whose rules chat requests are held to: ${CHAT_RULES.join(' or ')} (default: openai)`,
    },
    { flags: '--seed <number>', summary: 'other answers to the same questions (default: 0)' },
    { flags: '--for <time>', summary: 'end by itself after this long' },
    { flags: '--list-faults', summary: 'print everything it can do wrong, and end' },
  ],
  examples: [
    'gw simulate',
    'gw simulate --port 4801 --fault "503;rate=20%"',
    'gw simulate --model-latency 2s --tokens-per-second 20',
    'gw simulate --chat-rules mistral',
    'gw simulate --list-faults',
  ],
  async run(context, input) {
    if (input.flag('listFaults')) return listFaults(context);
    const settings = readSettings(input);
    const tally = new Tally();
    const running = await open(settings, (call) => {
      tally.count(call);
      tell(context, call);
    });
    announce(context, running, settings);
    await interrupted(context, settings.forMs);
    await running.simulator.close();
    conclude(context, tally);
    return EXIT.ok;
  },
};

interface Settings {
  readonly port: number | undefined;
  readonly host: string;
  readonly name: string | undefined;
  readonly forMs: number | undefined;
  readonly options: SimulatorOptions;
}

function readSettings(input: Input): Settings {
  const fault = input.text('fault');
  const parsed = fault === undefined ? undefined : parseSimulatedFault(fault);
  if (parsed?.is === 'failed') {
    throw new CommandError(parsed.fault, { fix: 'gw simulate --list-faults', exit: EXIT.usage });
  }
  const keys = input.list('key');
  const models = input.list('model');
  const latencies = input.list('modelLatency').map(readLatency);
  return {
    port: readNumber(input, 'port', 65_535),
    host: input.text('host') ?? '127.0.0.1',
    name: input.text('name'),
    forMs: readTime('--for', input.text('for')),
    options: {
      seed: readNumber(input, 'seed') ?? 0,
      firstTokenMs:
        latencies.find(({ model }) => model === undefined)?.firstTokenMs ?? DEFAULT_FIRST_TOKEN_MS,
      modelLatency: latencies.flatMap(({ model, firstTokenMs }) =>
        model === undefined ? [] : [{ model, firstTokenMs }],
      ),
      tokensPerSecond: readNumber(input, 'tokensPerSecond') ?? DEFAULT_TOKENS_PER_SECOND,
      chatRules: readRules(input.text('chatRules')),
      ...(fault === undefined ? {} : { fault }),
      ...(keys.length === 0 ? {} : { keys }),
      ...(models.length === 0 ? {} : { models }),
    },
  };
}

function readRules(text = 'openai'): ChatRules {
  const rules = CHAT_RULES.find((name) => name === text);
  if (rules !== undefined) return rules;
  throw new CommandError(`--chat-rules does not know "${text}"`, {
    why: `it is one of ${CHAT_RULES.join(', ')}`,
    fix: 'gw simulate --chat-rules mistral',
    exit: EXIT.usage,
  });
}

function readLatency(text: string): { model: string | undefined; firstTokenMs: number } {
  const equals = text.lastIndexOf('=');
  const model = equals === -1 ? undefined : text.slice(0, equals);
  return { model, firstTokenMs: readTime('--model-latency', text.slice(equals + 1)) ?? 0 };
}

function readTime(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = text === '0' ? 0 : parseDuration(text);
  if (ms !== undefined) return ms;
  throw new CommandError(`${flag} does not understand "${text}"`, {
    why: 'a time has a unit',
    fix: `gw simulate ${flag} 300ms   (or 2s, 1m)`,
    exit: EXIT.usage,
  });
}

function readNumber(input: Input, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  const flag = name === 'tokensPerSecond' ? 'tokens-per-second' : name;
  throw new CommandError(`--${flag} does not understand "${text}"`, {
    why:
      most === Number.MAX_SAFE_INTEGER ? 'it takes a whole number' : `it takes a whole number up to ${most}`,
    fix: 'gw simulate --help',
    exit: EXIT.usage,
  });
}

interface Running {
  readonly simulator: Simulator;
  readonly name: string;
  readonly port: number;
  /** As a client on this machine says them: of the OpenAI API, and without a path. */
  readonly url: string;
  readonly origin: string;
}

/** Listens on the port asked for, or on the first free one. */
async function open(settings: Settings, onCallEnd: (call: SimulatorCall) => void): Promise<Running> {
  const last = settings.port ?? LAST_PORT;
  for (let port = settings.port ?? FIRST_PORT; ; port++) {
    const name = settings.name ?? nameFor(port);
    const simulator = createSimulator({ ...settings.options, name, onCallEnd });
    try {
      const bound = await simulator.listen(port, settings.host);
      return {
        simulator,
        name,
        port: bound.port,
        url: reachable(bound.url),
        origin: reachable(bound.origin),
      };
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE' || port >= last) throw cannotListen(settings.host, port, error);
    }
  }
}

function nameFor(port: number): string {
  if (port >= FIRST_PORT && port <= LAST_PORT) return `sim${port - FIRST_PORT + 1}`;
  return port === 0 ? 'sim' : `sim-${port}`;
}

function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:');
}

function cannotListen(host: string, port: number, error: unknown): CommandError {
  const taken = errorCode(error) === 'EADDRINUSE';
  return new CommandError(`cannot listen on ${host}:${port}`, {
    why: taken ? 'another program already does' : errorMessage(error),
    fix: 'gw simulate   (without --port and --host it takes a free port on this machine)',
    exit: EXIT.start,
    cause: error,
  });
}

/** The command that makes it a provider of the active profile. Its keys are invented, so they may be printed. */
function addCommand({ name, url }: Running, key: string | undefined): string {
  const add = `gw provider add ${name} --url ${url}`;
  return key === undefined ? add : `echo ${key} | ${add} --key-stdin`;
}

function announce(context: Context, running: Running, { host, options }: Settings): void {
  const { name, url, origin, port } = running;
  const add = addCommand(running, options.keys?.[0]);
  const formats = simulatedFormats(origin);
  if (context.json) {
    return context.print(JSON.stringify({ event: 'simulator-started', name, url, port, add, formats }));
  }
  const { style } = context;
  const model = options.models?.[0] ?? 'any-model';
  context.print(`Simulated provider ${style.bold(name)} answers at ${style.bold(url)}\n`);
  context.print(`  use it        ${add}`);
  context.print(`  make it fail  ask for a model named "${model}!429" or "${model}!stall@headers"`);
  context.print('  all faults    gw simulate --list-faults\n');
  context.print('It speaks');
  for (const { title, client } of formats) context.print(`  ${title.padEnd(20)}${style.dim(client)}`);
  context.print('');
  if (options.fault !== undefined) context.print(`Every request meets: ${options.fault}`);
  context.print('Its answers are invented and cost nothing. Ctrl-C ends it.');
  if (!/^(?:127\.|localhost$|::1$)/.test(host)) context.say('note: other machines can reach it too');
}

/** Resolves on Ctrl-C, on a polite kill, or when the time is up. */
function interrupted(context: Context, forMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cancel = forMs === undefined ? undefined : context.clock.after(forMs, end);
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
    function end(): void {
      cancel?.();
      process.removeListener('SIGINT', end);
      process.removeListener('SIGTERM', end);
      resolve();
    }
  });
}

/** One line for each call that ended: on a terminal for people, as JSON for programs. */
function tell(context: Context, call: SimulatorCall): void {
  const { number, at, method, path, model, status, end, fault } = call;
  const ms = Math.round((call.endedAt ?? at) - at);
  if (context.json) {
    const line = { event: 'call-ended', number, at, method, path, model, status, end, ms, fault };
    context.print(JSON.stringify(line));
    return;
  }
  if (!context.stderr.isTTY) return;
  const time = new Date(at).toTimeString().slice(0, 8);
  const paint = end === 'ended' && (status ?? 0) < 400 ? context.style.green : context.style.yellow;
  const outcome = end === 'ended' ? '' : `  ${ENDINGS[end]}`;
  const asked = terminalSafe([method, path, model].filter(Boolean).join('  '));
  const cause = fault === undefined ? '' : `  (${terminalSafe(fault)})`;
  context.say(`${time}  ${asked}  ${paint(String(status ?? '—'))}  ${formatDuration(ms)}${outcome}${cause}`);
}

const ENDINGS: Readonly<Record<SimulatorCall['end'], string>> = {
  open: 'not finished',
  ended: 'answered',
  'aborted-by-caller': 'the caller hung up',
  'broken-by-fault': 'connection broken on purpose',
};
