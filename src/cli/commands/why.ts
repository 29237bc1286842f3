import type { Captured } from '../../core/capture.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { type CaptureFound, findCapture } from '../capture/read.ts';
import { bodyLines, captureJson } from '../capture/shown.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { findTrail } from '../story/find-trail.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { story } from '../story/story.ts';

export const command: Command = {
  arguments: [{ name: '[id]', summary: 'the id of a request, or a part of it: its beginning or its end' }],
  options: [
    { flags: '--last', summary: 'the request that began last' },
    { flags: '--body', summary: 'show its headers and bodies too, where they were captured' },
  ],
  examples: ['gw why --last', 'gw why 7x2k9qa', 'gw why 7x2k9qa --body', 'gw why 01jd3q8zm4k7v2qa --json'],
  run: tellWhy,
};

async function tellWhy(context: Context, input: Input): Promise<void> {
  const trail = await findTrail(context, {
    id: input.argument(0),
    last: input.flag('last'),
    command: 'gw why',
  });
  const capture = input.flag('body') ? await findCapture(context, trail) : undefined;
  if (context.json) {
    const captured = capture?.is === 'found' ? captureJson(capture.captured) : null;
    context.printJson(capture === undefined ? trail : { ...trail, captured });
    if (capture?.is === 'missing') sayMissing(context, capture);
    return;
  }
  const lines = story(trail, { width: context.columns, style: context.style }, context.clock.now());
  const utf8 = speaksUtf8(context.env);
  for (const line of lines) context.print(utf8 ? line : toPlain(line));
  if (capture?.is === 'found') printCapture(context, capture.captured);
  else if (capture !== undefined) sayMissing(context, capture);
}

function printCapture(context: Context, { url, request, answer }: Captured): void {
  for (const [title, message] of [
    [`${terminalSafe(url)} was sent`, request],
    ['The caller got', answer],
  ] as const) {
    context.print(`\n${context.style.bold(title)}\n`);
    for (const [name, value] of message.headers)
      context.print(`  ${context.style.dim(`${terminalSafe(name)}:`)} ${terminalSafe(value)}`);
    context.print('');
    for (const line of bodyLines(message)) context.print(`  ${terminalSafe(line)}`);
  }
}

function sayMissing(context: Context, { why, fix }: Extract<CaptureFound, { is: 'missing' }>): void {
  context.say(`Its headers and bodies are not there: ${why}.`);
  context.say(`  fix: ${fix}`);
}
