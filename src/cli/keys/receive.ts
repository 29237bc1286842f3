import { Secret } from '../../lib/secret.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { askSecret, readInput } from '../prompt.ts';

/** Reads a key, hidden, from the terminal, or from standard input; `again` is the command to pipe it into. */
export async function receiveSecret(context: Context, question: string, again: string): Promise<Secret> {
  const text = context.stdin.isTTY
    ? await askSecret(context, { question, instead: `pipe it in: … | ${again}` })
    : await readInput(context);
  if (/^[\u0021-\u007E]{1,4096}$/.test(text)) return new Secret(text);
  throw new CommandError(text === '' ? 'No key was given.' : 'That is not a key.', {
    why:
      text === '' ? 'standard input was empty' : 'a key is one line of printable characters without blanks',
    fix: `printf %s "$KEY" | ${again}`,
    exit: EXIT.usage,
  });
}
