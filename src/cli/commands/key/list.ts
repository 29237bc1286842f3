import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { askStatus, type KeyRow, keyRows } from '../../keys/overview.ts';
import { loadProviderKeys, openProfile } from '../../profile-file.ts';
import { type Cell, formatTable } from '../../table.ts';

export const command: Command = {
  options: [{ flags: '--keychain', summary: 'look into the keychain too, which may ask for its password' }],
  examples: ['gw key list', "gw key list --json | jq '.keys[] | select(.daemon == false)'"],
  run: listKeys,
};

/** Every key of the profile: where it is kept, whether it is found, who uses it, and how it fares. */
async function listKeys(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const withKeychain = input.flag('keychain');
  const keys = withKeychain ? await loadProviderKeys(context, open.profile.providers) : open.keys;
  const rows = keyRows(open.profile, keys, await askStatus(context), withKeychain);
  if (context.json)
    return context.printJson({
      profile: open.profile.name,
      keys: rows.map(({ short: _short, ...row }) => row),
    });
  if (rows.length === 0) return context.say('No keys. gw key set PROVIDER adds one.');
  const columns = [
    { title: 'PROVIDER', shrinkTo: 10 },
    { title: 'KEY', shrinkTo: 18 },
    { title: 'ENDS' },
    { title: 'HERE' },
    { title: 'DAEMON' },
    { title: 'STATE' },
    { title: 'ROUTES', shrinkTo: 8 },
  ];
  const cells = rows.map((row) => cellsOf(context, row));
  context.print(formatTable(columns, cells, { width: context.columns, paintTitle: context.style.dim }));
}

function cellsOf({ style }: Context, row: KeyRow): Cell[] {
  const found = (there: boolean | null): Cell =>
    there === false ? { text: 'no', paint: style.yellow } : there === null ? '-' : 'yes';
  return [
    { text: row.provider, paint: style.bold },
    row.short,
    row.last4 === null ? '-' : `…${row.last4}`,
    found(row.here),
    found(row.daemon),
    row.state === 'ok' ? 'ok' : { text: row.state, paint: style.yellow },
    row.routes.join(', ') || '-',
  ];
}
