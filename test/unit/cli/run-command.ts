import type { Command } from '../../../src/cli/command.ts';
import { Input } from '../../../src/cli/command.ts';
import { CommandError } from '../../../src/cli/error.ts';
import type { TestContext } from '../../cli-context.ts';

/** Runs a command with positional words and options, and answers with its exit code. */
export async function run(
  command: Command,
  context: TestContext,
  words: readonly unknown[] = [],
  options: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  return (await command.run(context, new Input(words, options))) ?? 0;
}

/** The error a command ends with. */
export async function failure(running: Promise<unknown>): Promise<CommandError> {
  try {
    await running;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('the command did not fail');
}
