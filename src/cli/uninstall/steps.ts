import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { findDaemon, stopDaemon } from '../../daemon/index.ts';
import { errorMessage } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { readJournal } from '../clients/connect/journal.ts';
import { undoConnections } from '../clients/connect/undo.ts';
import { shortPath, undoneSentence } from '../clients/connect/words.ts';
import { Input } from '../command.ts';
import { accountOf, forgetKey } from '../keys/store.ts';
import { openStored } from '../stored-config.ts';
import { removeOwned } from './remove-owned.ts';
import { done, failed, type Ground, type Leftover, type Step } from './step.ts';

// Nobody who takes gw off the machine waits long for what still runs through it.
const DRAIN_MS = 10_000;

const settings: Step = {
  id: 'settings',
  find({ context, home }) {
    return readJournal(context.paths).map(({ client, file }) => ({
      sentence: `${shortPath(file, home)} is put back as it was before gw connect ${client}`,
      // All files of a client at once: for its second one nothing is left to do.
      remove: async () =>
        undoConnections(context.paths, [client]).map((undone) =>
          (undone.is === 'failed' ? failed : done)(undoneSentence(undone, home)),
        ),
    }));
  },
};

const service: Step = {
  id: 'service',
  async find(ground) {
    const entry = ground.commands.find(({ path }) => path === 'service uninstall');
    const { installedKeeper } = await import('../service/find-keeper.ts');
    const file = installedKeeper(ground.context)?.path;
    if (entry === undefined || file === undefined) return [];
    return [
      {
        sentence: `the service that starts gw is taken away (${shortPath(file, ground.home)})`,
        remove: async () => {
          const { command } = await entry.load();
          await command.run({ ...ground.context, print: () => {} }, new Input([], {}));
          return [done('the service that starts gw is gone')];
        },
      },
    ];
  },
};

const daemon: Step = {
  id: 'daemon',
  async find({ context }) {
    const found = await findDaemon(context.paths);
    if (found.is === 'failed' && found.fault !== 'timeout') return [];
    if (found.is === 'ok') found.value.client.close();
    return [
      {
        sentence: 'the daemon is stopped, after what runs through it has finished',
        remove: async () => {
          const stopped = await stopDaemon({ ...context, drainMs: DRAIN_MS });
          return [done(stopped === undefined ? 'the daemon had ended' : 'the daemon is stopped')];
        },
      },
    ];
  },
};

// What may stand in a directory of gw's. A GW_HOME may be a directory that others use too, so nothing else is touched.
const STATE_FILES =
  /^(?:daemon\.json|start\.lock|serve\.lock|control\.sock|pipe$|gw\.sock|health\.json|gw\.log|requests\.db|answers\.db|connected\.json)/;
const PROFILE_FILES = /^(?:\.?config\.json|keys$)/;

const state: Step = {
  id: 'state',
  find: (ground) => {
    const { stateDir } = ground.context.paths;
    return directory(ground, {
      path: stateDir,
      names: STATE_FILES,
      what: 'state, logs and recorded requests',
    });
  },
};

const profile: Step = {
  id: 'profile',
  find: (ground) => {
    if (ground.keepProfile) return [];
    const { configDir } = ground.context.paths;
    const kept = keyFiles(join(configDir, 'keys'));
    const counted = kept.length === 1 ? '1 stored key' : `${kept.length} stored keys`;
    const what = kept.length === 0 ? 'the profile' : `the profile and ${counted} (${kept.join(', ')})`;
    return directory(ground, { path: configDir, names: PROFILE_FILES, what });
  },
};

/** Keys in files of gw's own, by their names: they are nowhere else. */
function keyFiles(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map(terminalSafe).sort() : [];
}

/** Keys that gw put into the keychain; those that others keep there are only referred to. */
const keys: Step = {
  id: 'keys',
  find({ context, keepProfile }) {
    const config = keepProfile ? undefined : openStored(context).read();
    if (config?.is !== 'ok') return [];
    const providers = Object.values(config.value.profiles).flatMap((one) => one.providers);
    return providers.flatMap(({ name, keys: references }) =>
      references.flatMap((reference) => {
        const own = accountOf(context, name).split('@', 1)[0] ?? name;
        if (reference.is !== 'keychain' || !reference.account.startsWith(own)) return [];
        const what = `the key ${terminalSafe(reference.account)} in the keychain`;
        return [
          {
            sentence: `${what} is removed`,
            remove: async () => [
              (await forgetKey(context, reference)) ? done(`removed ${what}`) : done(`${what} was not there`),
            ],
          },
        ];
      }),
    );
  },
};

interface Directory {
  readonly path: string;
  readonly names: RegExp;
  readonly what: string;
}

function directory({ context, home }: Ground, { path, names, what }: Directory): Leftover[] {
  // Where it is gw's alone, all of it goes, what later versions put there included.
  const isOwn = !context.env['GW_HOME'];
  if (!existsSync(path) || (!isOwn && !readdirSync(path).some((name) => names.test(name)))) return [];
  return [
    {
      sentence: `${what} ${what === 'the profile' ? 'is' : 'are'} removed (${shortPath(path, home)})`,
      remove: async () => {
        try {
          const rest = removeOwned(path, home, (name) => isOwn || names.test(name));
          const others = rest.length > 0 ? `; not gw's, and left: ${rest.join(', ')}` : '';
          return [done(`${shortPath(path, home)}: removed ${what}${others}`)];
        } catch (error) {
          return [failed(`${shortPath(path, home)} could not be removed: ${errorMessage(error)}`)];
        }
      },
    },
  ];
}

/** In this order: what leads to gw before gw, what writes state before the state. */
export const STEPS: readonly Step[] = [settings, service, daemon, keys, state, profile];
