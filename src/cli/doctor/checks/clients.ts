import { readFileSync } from 'node:fs';

import { keysOf } from '../../../lib/expect.ts';
import { clientNamed, CLIENTS } from '../../clients/clients.ts';
import { readJournal } from '../../clients/connect/journal.ts';
import { realPath } from '../../clients/connect/plan.ts';
import { shortPath } from '../../clients/connect/words.ts';
import { placeOf } from '../../clients/gateway.ts';
import { type ClientLook, lookAt } from '../../clients/look.ts';
import { type Check, type Finding, fine, problem, warning } from '../check.ts';
import type { Scene } from '../scene.ts';

/** Where the settings of agents and editors lead, with file and line. */
export const clientSettings: Check = {
  id: 'client-settings',
  looksAt: 'the settings of agents and editors: whether gw answers where they point',
  async look(scene) {
    // Not from the profile file as commands open it: that would mend its permissions on the way.
    const gateway = { address: addressOf(scene), model: '', models: [] };
    const place = placeOf(scene.context);
    const looks = await Promise.all(keysOf(CLIENTS).map((id) => lookAt(id, place, gateway)));
    const findings = looks.flatMap((look) => [...troubles(scene, look), ...judge(scene, look)]);
    return findings.length > 0 ? findings : [fine('no settings of agents or editors point at this machine')];
  },
};

function addressOf({ daemon, chosen }: Scene): string {
  if (daemon.is === 'ok') return daemon.value.status.address;
  return `http://127.0.0.1:${chosen.is === 'ok' ? chosen.value.settings.listen.port : 4499}`;
}

/** Settings that cannot be read lead their client nowhere its person knows of. */
function troubles({ home }: Scene, { id, title, troubles: found }: ClientLook): Finding[] {
  return found.map(({ file, why }) => {
    const place = shortPath(file, home);
    return warning(`${title}: ${place} cannot be read (${why})`, `mend ${place}`, { about: id });
  });
}

/** What variables say is another check's. */
function judge(scene: Scene, look: ClientLook): Finding[] {
  const { id, title, way, address = '', from } = look;
  if (from === undefined || from.startsWith('$') || way === 'elsewhere' || way === 'own') return [];
  const place = placeIn(scene, from, address);
  const about = { about: place };
  if (way === 'stale')
    return [
      problem(`${title}: ${place} points at ${address}, where nobody listens`, advice(scene, look, place), {
        ...about,
        ...(isOurs(scene, from) ? { mend: { is: 'disconnect', client: id, place } } : {}),
      }),
    ];
  if (way === 'other')
    return [
      warning(
        `${title}: ${place} points at ${address}: a program that is not this gw`,
        advice(scene, look, place),
        about,
      ),
    ];
  if (scene.daemon.is === 'ok') return [fine(`${title}: ${place} points at gw`, undefined, about)];
  return [warning(`${title}: ${place} points at gw, which is not running`, 'gw start', about)];
}

/** What `gw connect` wrote there it can also take back. */
function isOurs({ context }: Scene, file: string): boolean {
  return readJournal(context.paths).some((entry) => entry.file === realPath(file));
}

function advice(scene: Scene, { id, from = '' }: ClientLook, place: string): string {
  if (isOurs(scene, from)) return `gw connect ${id} --write, or to do without gw: gw connect ${id} --undo`;
  return clientNamed(id).connect === undefined
    ? `change ${place}`
    : `gw connect ${id} --write, or change ${place}`;
}

function placeIn({ home }: Scene, file: string, address: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes(address)) + 1;
  return line === 0 ? shortPath(file, home) : `${shortPath(file, home)}:${line}`;
}
