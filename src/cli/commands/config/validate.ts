import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { type Config, type ConfigProblem, describeProblem, openKeyFiles } from '../../../config/index.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { whyUnread } from '../../file-trouble.ts';
import { openStored } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '[file]', summary: 'another file to look at; the profile file when none is named' }],
  examples: ['gw config validate', 'gw config validate new-config.json', 'gw config validate --json'],
  run: validate,
};

/** Says everything that is wrong in one go; exit code 4 when anything is. */
async function validate(context: Context, input: Input): Promise<number> {
  const path = input.argument(0);
  const file = openStored(context);
  const outcome = path === undefined ? file.read() : checkOther(file, resolve(context.cwd, path));
  for (const notice of file.takeNotices()) context.say(notice);
  if (outcome.is === 'ok') warnOfOpenKeyFiles(context, outcome.value);
  const problems = outcome.is === 'failed' ? outcome.fault : [];
  if (context.json) context.printJson({ file: path ?? file.path, valid: problems.length === 0, problems });
  else report(context, path ?? file.path, problems, path !== undefined || file.exists());
  return problems.length === 0 ? EXIT.ok : EXIT.config;
}

/** A key file that others can read is no error of the profile file, but its owner should know. */
function warnOfOpenKeyFiles(context: Context, config: Config): void {
  const references = Object.values(config.profiles).flatMap(({ providers }) =>
    providers.flatMap(({ keys }) => keys),
  );
  if (config.token) references.push(config.token);
  for (const path of openKeyFiles(references, context.env['HOME'] ?? homedir())) {
    context.say(
      terminalSafe(`${path} can be read by others on this machine; to close it: chmod 600 ${path}`),
    );
  }
}

function report(context: Context, path: string, problems: readonly ConfigProblem[], exists: boolean): void {
  for (const problem of problems) context.print(describeProblem(problem));
  if (problems.length > 0) {
    context.say(
      `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. To put it right: gw config edit`,
    );
  } else {
    context.print(
      exists ? `${path} is valid.` : `${path} is not there yet; the defaults hold. To begin: gw init`,
    );
  }
}

function checkOther(
  file: ReturnType<typeof openStored>,
  path: string,
): Outcome<Config, readonly ConfigProblem[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read.`, {
      why: whyUnread(error),
      fix: 'name a file that is there',
      exit: EXIT.usage,
    });
  }
  const outcome = file.check(text);
  if (outcome.is === 'ok') return outcome;
  return { is: 'failed', fault: outcome.fault.map((problem) => ({ ...problem, file: path })) };
}
