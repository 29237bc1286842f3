import { connectControl } from '../../control/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import { PATIENCE_MS } from '../rest/ask-daemon.ts';

/** Prints what the daemon counts, as Prometheus reads it. */
export const command: Command = {
  options: [{ flags: '--only <text>', summary: 'only metrics whose name has this text in it' }],
  examples: ['gw metrics', 'gw metrics --only attempts', 'gw metrics --json'],
  async run(context, input) {
    const connected = await connectControl(context.paths.socket, { timeoutMs: PATIENCE_MS });
    if (connected.is === 'failed') {
      throw new CommandError('gw is not running.', {
        why: 'what it counts is in its memory only; of the time before: gw stats',
        fix: 'gw start',
        exit: EXIT.notRunning,
      });
    }
    try {
      const { text } = await connected.value.call('metrics', {}, PATIENCE_MS);
      const families = splitFamilies(text).filter(({ name }) => name.includes(input.text('only') ?? ''));
      if (context.json)
        context.printJson({ metrics: families.flatMap(({ lines }) => lines.flatMap(readSample)) });
      else context.print(families.map(({ lines }) => lines.map(terminalSafe).join('\n')).join('\n'));
    } finally {
      connected.value.close();
    }
  },
};

interface FamilyText {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Each begins with its help. */
function splitFamilies(text: string): FamilyText[] {
  return text
    .split(/^(?=# HELP )/m)
    .filter((part) => part !== '')
    .map((part) => ({ name: part.split(' ', 3)[2] ?? '', lines: part.trimEnd().split('\n') }));
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Null for what JSON has no number for. */
  readonly value: number | null;
}

function readSample(line: string): Sample[] {
  const [, name, labels = '', value] = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
  if (name === undefined || value === undefined || line.startsWith('#')) return [];
  const found: Record<string, string> = {};
  for (const [, label = '', text = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
    found[label] = text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  const number = Number(value);
  return [{ name, labels: found, value: Number.isFinite(number) ? number : null }];
}
