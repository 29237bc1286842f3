import { type ClientId, clientNamed, clientsThat, requireClient } from '../clients/clients.ts';
import type { Change } from '../clients/connect/change.ts';
import { readJournal } from '../clients/connect/journal.ts';
import { planFile, type PlannedFile } from '../clients/connect/plan.ts';
import { undoConnections } from '../clients/connect/undo.ts';
import { diffText, shortPath, undoneSentence } from '../clients/connect/words.ts';
import { type ReadyFile, writePlanned } from '../clients/connect/write.ts';
import { expectedGateway, placeOf, tokenSourceOf } from '../clients/gateway.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/** Shows what leads a client through gw for good; writes it, or takes it back, when asked. */
export const command: Command = {
  arguments: [{ name: '[client]', summary: clientsThat('connect').join(', ') }],
  options: [
    { flags: '-w, --write', summary: 'write it, with a backup beside the file' },
    { flags: '--undo', summary: 'put back what was there before' },
  ],
  examples: ['gw connect claude', 'gw connect claude --write', 'gw connect claude --undo'],
  async run(context, input) {
    const id = requireClient(input.argument(0), 'connect', clientsThat('connect'));
    if (input.flag('undo') && input.flag('write')) {
      throw new CommandError('--write and --undo are opposites.', {
        fix: `gw connect ${id} --write`,
        exit: EXIT.usage,
      });
    }
    if (input.flag('undo')) return undo(context, id);
    return connect(context, id, input.flag('write'));
  },
};

async function connect(context: Context, id: ClientId, write: boolean): Promise<void> {
  const place = placeOf(context);
  const ground = { ...place, ...(await expectedGateway(context)), token: tokenSourceOf(context) };
  const change = clientNamed(id).connect?.(ground);
  if (change === undefined || change.is === 'refused') throw refusedChange(id, change);
  const planned = change.files.map((file) => planFile(file, place.home));
  const ready = planned.map((file) => requireReady(id, file));
  const backups = write ? writeAll(context, id, ready) : [];
  if (context.json) {
    context.printJson({
      client: id,
      written: write && ready.some(({ is }) => is === 'change'),
      files: ready.map((file, index) => ({ ...fileJson(file), backup: backups[index] ?? null })),
    });
    return;
  }
  for (const [index, file] of ready.entries()) printFile(context, file, place.home, write, backups[index]);
  if (ready.every(({ is }) => is === 'same')) return;
  for (const note of change.notes ?? []) context.say(note);
  if (!write) context.say(`Nothing was written. To write it, with a backup: gw connect ${id} --write`);
  else context.say(`To take it back: gw connect ${id} --undo`);
}

function refusedChange(id: ClientId, change: Extract<Change, { is: 'refused' }> | undefined): CommandError {
  return new CommandError(`The settings of ${clientNamed(id).title} are left as they are.`, {
    why: change?.why ?? 'it knows no file of its',
    fix: change?.fix ?? 'docs/clients.md',
  });
}

/** Nothing is written into any file of a client where one of them cannot be. */
function requireReady(id: ClientId, planned: PlannedFile): ReadyFile {
  if (planned.is !== 'refused') return planned;
  throw new CommandError(`${planned.file} is not changed.`, {
    why: planned.why,
    fix: `mend it, then again: gw connect ${id}; for one run without any file: gw launch ${id}`,
  });
}

function writeAll(context: Context, id: ClientId, ready: readonly ReadyFile[]): (string | undefined)[] {
  return ready.map((file) =>
    file.is === 'change' ? writePlanned(context.paths, id, file, context.clock.now()) : undefined,
  );
}

function fileJson(file: ReadyFile): object {
  const values = file.values.map(({ path, value, was }) => ({
    path,
    to: value,
    // What was there may be a key.
    replaces: was !== undefined,
  }));
  return { file: file.file, exists: file.before !== undefined, changes: file.is === 'change', values };
}

function printFile(
  context: Context,
  file: ReadyFile,
  home: string,
  written: boolean,
  backup: string | undefined,
): void {
  const name = shortPath(file.file, home);
  if (file.is === 'same') return context.print(`${name} leads to gw already.`);
  context.print(context.style.bold(name) + (file.before === undefined ? ' (a new file)' : ''));
  for (const line of diffText(file, context.style)) context.print(line);
  if (written) {
    const kept = backup === undefined ? '' : `; as it was: ${shortPath(backup, home)}`;
    context.print(`Written${kept}`);
  }
}

function undo(context: Context, id: ClientId): number {
  const { home } = placeOf(context);
  if (!readJournal(context.paths).some(({ client }) => client === id)) {
    throw new CommandError(`Nothing of gw's is in the settings of ${clientNamed(id).title}.`, {
      why: 'its journal names no file of it',
      fix: 'gw clients shows where each client goes',
    });
  }
  const undone = undoConnections(context.paths, [id]);
  if (context.json) context.printJson({ client: id, files: undone });
  else for (const file of undone) context.print(`${undoneSentence(file, home)}.`);
  return undone.some(({ is }) => is === 'failed') ? EXIT.failed : EXIT.ok;
}
