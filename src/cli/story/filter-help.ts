import { filterRows } from '../../core/filter.ts';
import type { Context } from '../context.ts';

const INTRODUCTION = [
  'A filter says which requests to see: in gw requests --filter, and behind / in gw dash.',
  '',
  '  field:value      status:429  provider:groq  is:failover',
  '  field:>value     ttft:>2s  status:>=400  in:>10k        (also <, <=, >=, =)',
  '  field:a,b        provider:groq,openai                   one of them',
  '  !term            !client:aider                          all but these',
  '  word             "rate limit"                           anywhere in names, ids and messages',
  '',
  'All terms must hold. Names match anywhere in them; =name is exact, * and ? stand for other characters.',
  '',
] as const;

/** `gw help filter`. */
export function printFilterHelp({
  json,
  print,
  printJson,
}: Pick<Context, 'json' | 'print' | 'printJson'>): void {
  const rows = filterRows();
  if (json) {
    printJson(rows);
    return;
  }
  for (const line of INTRODUCTION) print(line);
  const width = Math.max(...rows.map(({ example }) => example.length));
  for (const { field, summary, example } of rows) {
    print(`  ${field.padEnd(10)} ${example.padEnd(width)}  ${summary}`);
  }
}
