import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type ConfigFile, describeProblem } from '../../../config/index.ts';
import { errorCode } from '../../../lib/expect.ts';
import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { notifyDaemon } from '../../notify.ts';
import { confirm } from '../../prompt.ts';
import { openStored } from '../../stored-config.ts';

export const command: Command = {
  examples: ['gw config edit', 'EDITOR="code --wait" gw config edit'],
  run: edit,
};

const FIRST_TEXT = '{\n  "profiles": { "default": { "providers": {}, "routes": {} } }\n}\n';

/** Opens a copy in the editor; the file itself changes only when what was written is valid. */
async function edit(context: Context): Promise<void> {
  const editor = chooseEditor(context);
  const file = openStored(context);
  const stored = file.text() ?? '';
  // Beside the file: the copy may hold keys, so it must not lie in a directory that others can enter.
  file.prepare();
  const copy = join(mkdtempSync(join(dirname(file.path), 'edit-')), 'config.json');
  writeFileSync(copy, stored || FIRST_TEXT, { mode: 0o600 });
  await editUntilValid(context, editor, file, copy, stored);
  rmSync(dirname(copy), { recursive: true, force: true });
}

async function editUntilValid(
  context: Context,
  editor: string,
  file: ConfigFile,
  copy: string,
  stored: string,
): Promise<void> {
  for (;;) {
    await openEditor(context, editor, copy);
    const text = readFileSync(copy, 'utf8');
    if (text === (stored || FIRST_TEXT)) return context.say('Nothing was changed.');
    const outcome = await file.replace(text, stored);
    if (outcome.is === 'ok') {
      context.say(`${file.path} is changed.`);
      return notifyDaemon(context);
    }
    for (const problem of outcome.fault) context.say(describeProblem({ ...problem, file: 'config.json' }));
    if (!(await wantsAnotherTry(context))) throw unfinished(copy);
  }
}

async function wantsAnotherTry(context: Context): Promise<boolean> {
  if (!context.interactive) return false;
  return confirm(context, { question: 'Open it again?', instead: 'gw config edit', otherwise: true });
}

function unfinished(copy: string): CommandError {
  return new CommandError('What was written is not valid; the profile file is as it was.', {
    why: 'see the lines above',
    fix: `your text is kept in ${copy}; gw config validate <that file> checks it`,
    exit: EXIT.config,
  });
}

/** `EDITOR` may hold arguments (`code --wait`), so the shell reads it, as git and others do. */
function openEditor(context: Context, editor: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = windows
      ? spawn(`${editor} "${path}"`, { stdio: 'inherit', shell: true, env: { ...context.env } })
      : spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit', env: { ...context.env } });
    child.on('error', (error) => reject(editorFailed(path, errorCode(error) ?? error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(editorFailed(path, `it ended with exit code ${code ?? 'none'}`));
    });
  });
}

/** An editor nobody named would wait for ever where nobody can type into it. */
function chooseEditor({ env, stdin, stdout }: Context): string {
  const named = env['VISUAL']?.trim() || env['EDITOR']?.trim();
  if (named) return named;
  if (process.platform === 'win32') return 'notepad';
  if (stdin.isTTY && stdout.isTTY) return 'vi';
  throw new CommandError('There is no terminal to open an editor on.', {
    why: 'vi needs one, and neither VISUAL nor EDITOR names another editor',
    fix: 'gw config set <path> <value>, or EDITOR="<command that changes a file>" gw config edit',
    exit: EXIT.usage,
  });
}

function editorFailed(copy: string, why: string): CommandError {
  return new CommandError('The editor did not end well; nothing was changed.', {
    why,
    fix: `set EDITOR to an editor that waits (EDITOR="code --wait"); your text is kept in ${copy}`,
  });
}
