import { keysOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { ConnectGround } from '../clients/client.ts';
import { clientNamed, CLIENTS, type ClientId } from '../clients/clients.ts';
import { planFile } from '../clients/connect/plan.ts';
import { shortPath } from '../clients/connect/words.ts';
import { expectedGateway, placeOf, tokenSourceOf } from '../clients/gateway.ts';
import { type ClientLook, lookAt, type Way } from '../clients/look.ts';
import { askStatus } from '../clients/reach.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { type Cell, formatTable } from '../table.ts';

/** What is on this machine that calls models, where each goes now, and what would lead it through gw. Only reads. */
export const command: Command = {
  options: [{ flags: '-a, --all', summary: 'those that are not here too' }],
  examples: ['gw clients', 'gw clients --all', 'gw clients --json'],
  async run(context, input) {
    const place = placeOf(context);
    const gateway = await expectedGateway(context);
    const ground: ConnectGround = { ...place, ...gateway, token: tokenSourceOf(context) };
    const looks = await Promise.all(keysOf(CLIENTS).map((id) => lookAt(id, place, gateway)));
    const running = typeof (await askStatus(context)) !== 'string';
    const rows = looks.map((look) => ({
      ...look,
      next: nextFor(look, ground),
      connect: connection(look.id, ground) ?? null,
    }));
    if (context.json) return context.printJson({ address: gateway.address, running, clients: rows });
    const here = rows.filter((look) => input.flag('all') || isHere(look));
    if (here.length === 0) context.print('No client that gw knows is on this machine.');
    else printTable(context, here, place.home, running);
    const absent = rows.filter((look) => !isHere(look)).map(({ title }) => title);
    if (!input.flag('all') && absent.length > 0) context.say(`Not here: ${absent.join(', ')}.`);
    if (!running) context.say(`gw is not running; it would be at ${gateway.address}: gw start`);
  },
};

interface Row extends ClientLook {
  readonly next: string;
}

function isHere({ path, files }: ClientLook): boolean {
  return path !== undefined || files.length > 0;
}

/** What would lead it through gw. */
function nextFor(look: ClientLook, ground: ConnectGround): string {
  const client = clientNamed(look.id);
  const [trouble] = look.troubles;
  if (trouble) return `mend ${shortPath(trouble.file, ground.home)}: ${trouble.why}`;
  if (look.way === 'gw') return '';
  if (client.byHand !== undefined) return client.byHand.replace('{address}', ground.address);
  return look.path === undefined
    ? client.install
    : `gw launch ${look.id}, or for good: gw connect ${look.id}`;
}

/** What `gw connect` would write; nothing for clients whose settings gw only reads. */
function connection(id: ClientId, ground: ConnectGround): readonly object[] | undefined {
  const change = clientNamed(id).connect?.(ground);
  if (change === undefined) return undefined;
  if (change.is === 'refused') return [{ refused: change.why }];
  return change.files.map((each) => {
    const planned = planFile(each, ground.home);
    if (planned.is === 'refused') return { file: planned.file, refused: planned.why };
    const values = planned.values.map(({ path, value }) => ({ path, to: value }));
    return { file: planned.file, changes: planned.is === 'change', values };
  });
}

const WAYS: Readonly<Record<Way, string>> = {
  gw: 'through gw',
  stale: 'nobody listens there',
  other: 'to another program here',
  elsewhere: 'elsewhere',
  own: 'past gw',
};

function printTable(context: Context, rows: readonly Row[], home: string, running: boolean): void {
  const { style } = context;
  const cells = rows.map((row): Cell[] => {
    const words = row.way === 'gw' && !running ? 'to gw, not running' : WAYS[row.way];
    const paint = row.way === 'gw' && running ? style.green : row.way === 'own' ? style.dim : style.yellow;
    return [
      { text: row.title, paint: style.bold },
      row.path === undefined ? 'no command' : (row.version ?? 'installed'),
      { text: words, paint },
      row.from === undefined ? '' : `${row.address ?? ''} (${shortPath(row.from, home)})`,
    ];
  });
  const columns = [
    { title: 'client' },
    { title: 'version' },
    { title: 'goes' },
    { title: 'because of', shrinkTo: 12 },
  ];
  context.print(formatTable(columns, cells, { width: context.columns, paintTitle: style.dim }));
  const next = rows.filter((row) => row.next !== '');
  if (next.length > 0) context.print('');
  for (const row of next) context.print(`${row.title}: ${terminalSafe(row.next)}`);
}
