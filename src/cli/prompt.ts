import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

import type { Context } from './context.ts';
import { CommandError, EXIT } from './error.ts';

/** What a prompt needs of the context; `instead` says which flag or command answers it without a terminal. */
interface Prompt {
  readonly question: string;
  readonly instead: string;
}

/** Asks for a line of text; an empty answer means `otherwise`. Needs a terminal. */
export async function ask(
  context: Context,
  prompt: Prompt & { readonly otherwise?: string },
): Promise<string> {
  const hint = prompt.otherwise === undefined ? '' : ` [${prompt.otherwise}]`;
  const answer = await readLine(context, prompt, `${prompt.question}${hint} `, context.stderr);
  return answer.trim() || (prompt.otherwise ?? '');
}

/** Asks yes or no; enter alone means `otherwise`. Needs a terminal. */
export async function confirm(
  context: Context,
  prompt: Prompt & { readonly otherwise: boolean },
): Promise<boolean> {
  for (;;) {
    const hint = prompt.otherwise ? '[Y/n]' : '[y/N]';
    const answer = (await readLine(context, prompt, `${prompt.question} ${hint} `, context.stderr)).trim();
    if (answer === '') return prompt.otherwise;
    if (/^y(es)?$/i.test(answer)) return true;
    if (/^no?$/i.test(answer)) return false;
    context.say('Please answer y or n.');
  }
}

/** Asks for one of several answers by number; enter alone means the first. Answers with its index. */
export async function choose(
  context: Context,
  prompt: Prompt & { readonly choices: readonly string[] },
): Promise<number> {
  requireTerminal(context, prompt);
  for (const [index, choice] of prompt.choices.entries()) context.say(`  ${index + 1}) ${choice}`);
  for (;;) {
    const answer = (await readLine(context, prompt, `${prompt.question} [1] `, context.stderr)).trim();
    const number = answer === '' ? 1 : Number(answer);
    if (Number.isInteger(number) && number >= 1 && number <= prompt.choices.length) return number - 1;
    context.say(`Please answer with a number from 1 to ${prompt.choices.length}.`);
  }
}

/** Asks for a secret: what is typed is not shown. Needs a terminal. */
export async function askSecret(context: Context, prompt: Prompt): Promise<string> {
  requireTerminal(context, prompt);
  context.stderr.write(`${prompt.question} `);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await readLine(context, prompt, '', hidden);
  context.stderr.write('\n');
  return answer.trim();
}

// No key is longer; more means that something else was piped in by mistake.
const MAX_INPUT_CHARACTERS = 64 * 1024;

/** Everything piped into the command, without surrounding white space. */
export async function readInput(context: Context): Promise<string> {
  let text = '';
  context.stdin.setEncoding('utf8');
  for await (const chunk of context.stdin) {
    text += String(chunk);
    if (text.length > MAX_INPUT_CHARACTERS) {
      throw new CommandError('Too much was piped in.', {
        why: `at most ${MAX_INPUT_CHARACTERS} characters are read from standard input`,
        fix: 'pipe in the value alone',
        exit: EXIT.usage,
      });
    }
  }
  return text.trim();
}

async function readLine(context: Context, prompt: Prompt, query: string, output: Writable): Promise<string> {
  requireTerminal(context, prompt);
  const line = createInterface({ input: context.stdin, output, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      line.once('SIGINT', () => reject(interrupted()));
      line.once('close', () => reject(interrupted()));
      line.question(query, resolve);
    });
  } catch (error) {
    // What is said about it must not stand on the line of the question.
    context.stderr.write('\n');
    throw error;
  } finally {
    line.close();
  }
}

function requireTerminal(context: Context, { question, instead }: Prompt): void {
  if (context.interactive) return;
  throw new CommandError('There is no terminal to ask on.', {
    why: `the answer to “${question}” is needed`,
    fix: instead,
    exit: EXIT.usage,
  });
}

function interrupted(): CommandError {
  return new CommandError('Stopped: nothing was changed.', { exit: EXIT.interrupted });
}
