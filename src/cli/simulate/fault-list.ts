import { keysOf } from '../../lib/expect.ts';
import { FAULT_GROUPS, type FaultGroup, type FaultRow, SIMULATED_FAULTS } from '../../simulator/index.ts';
import type { Context } from '../context.ts';

/** Prints everything the simulator can do wrong, and how to ask for it: `gw simulate --list-faults`. */
export function listFaults(context: Context): void {
  const rows: readonly (readonly [string, FaultRow])[] = Object.entries(SIMULATED_FAULTS);
  if (context.json) {
    return context.printJson(
      rows.map(([name, { group, summary, example, places, options, value }]) => ({
        name,
        group,
        summary,
        example,
        places: places ?? [],
        options: options ?? [],
        value: value ?? null,
      })),
    );
  }
  for (const group of keysOf(FAULT_GROUPS)) printGroup(context, group, rows);
  context.print(context.style.bold('How to ask for one'));
  for (const line of HOW_TO_ASK) context.print(`  ${line}`);
}

function printGroup(
  context: Context,
  group: FaultGroup,
  rows: readonly (readonly [string, FaultRow])[],
): void {
  context.print(context.style.bold(FAULT_GROUPS[group]));
  for (const [, row] of rows.filter(([, row]) => row.group === group)) {
    printFault(context, row.example, row.summary);
    for (const [text, meaning] of Object.entries(row.variants ?? {})) printFault(context, text, meaning);
    const choices = row.value?.choices?.join(', ');
    if (choices !== undefined) context.print(`${INDENT}one of ${choices}`);
  }
  context.print('');
}

const INDENT = ' '.repeat(33);

function printFault(context: Context, text: string, meaning: string): void {
  const gap = text.length < 30 ? ' '.repeat(31 - text.length) : `\n${INDENT}`;
  context.print(`  ${context.style.cyan(text)}${gap}${meaning}`);
}

const HOW_TO_ASK = [
  'by model name     any-model!429;retry-after=30',
  'by header         x-sim-fault: stall@event=3',
  'for everything    gw simulate --fault "503;rate=20%"',
  'where             @accept @head=BYTES @headers @event=N @token=N @byte=N @finish @end',
  'how often         ;once  ;first=N  ;after=N  ;rate=20%',
  'several at once   tokens=200+tokens-per-second=50+cut@token=40',
  'answer headers    429;x-ratelimit-remaining-requests=0',
];
