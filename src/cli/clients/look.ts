import { isLoopback } from '../../config/index.ts';
import { askPort, dialHost } from '../../daemon/index.ts';
import type { Client, Gateway, Place } from './client.ts';
import { type ClientId, clientNamed } from './clients.ts';
import { findProgram, versionOf } from './find-program.ts';
import { readFileSettings } from './settings.ts';

const ASK_MS = 500;

/**
 * Where a client's requests go: through `gw`, to an address of this machine where nobody listens (`stale`) or somebody
 * else does (`other`), to another host (`elsewhere`), or where its maker sends them (`own`).
 */
export type Way = 'gw' | 'stale' | 'other' | 'elsewhere' | 'own';

/** What was found of one client, without changing anything. */
export interface ClientLook {
  readonly id: ClientId;
  readonly title: string;
  /** Where its command is; absent where it is not on the PATH. */
  readonly path?: string;
  readonly version?: string;
  readonly way: Way;
  readonly address?: string;
  /** The file or variable that names the address. */
  readonly from?: string;
  /** Settings files that are there. */
  readonly files: readonly string[];
  /** Those that could not be read, and why. */
  readonly troubles: readonly { readonly file: string; readonly why: string }[];
}

/** Looks for one client on this machine. */
export async function lookAt(id: ClientId, place: Place, gateway: Gateway): Promise<ClientLook> {
  const client = clientNamed(id);
  const path = client.program === undefined ? undefined : findProgram(client.program, place.env);
  const version = path === undefined ? undefined : versionOf(path);
  const { files, troubles, named } = readAll(client, place);
  const variable = client.variables.find((name) => place.env[name]?.trim());
  const fromVariable = variable && { from: `$${variable}`, address: place.env[variable]?.trim() ?? '' };
  const found = client.settingsWin ? (named ?? fromVariable) : (fromVariable ?? named);
  return {
    id,
    title: client.title,
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
    way: found ? await wayTo(found.address, gateway) : 'own',
    ...(found ? { address: found.address, from: found.from } : {}),
    files,
    troubles,
  };
}

interface ReadAll extends Pick<ClientLook, 'files' | 'troubles'> {
  readonly named: { readonly from: string; readonly address: string } | undefined;
}

function readAll(client: Client, place: Place): ReadAll {
  const read = client.files(place).flatMap((file) => {
    const settings = readFileSettings(file);
    return settings === undefined ? [] : [{ file, settings }];
  });
  const named = read.flatMap(({ file, settings }) => {
    const address = settings.trouble === undefined ? file.addressIn(settings.document) : undefined;
    return address === undefined || address === '' ? [] : [{ from: file.path, address }];
  });
  return {
    files: read.map(({ file }) => file.path),
    troubles: read.flatMap(({ file, settings: { trouble } }) =>
      trouble === undefined ? [] : [{ file: file.path, why: trouble }],
    ),
    named: named[0],
  };
}

async function wayTo(address: string, gateway: Gateway): Promise<Way> {
  if (!URL.canParse(address)) return 'elsewhere';
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isLoopback(host)) return 'elsewhere';
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  if (port === Number(new URL(gateway.address).port)) return 'gw';
  return (await askPort(dialHost(host), port, ASK_MS)) === undefined ? 'stale' : 'other';
}
