import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Every file gw keeps. Directories are made (0700) by whoever first writes into them. */
export interface Paths {
  readonly configDir: string;
  /** The profile: one JSON file, 0600. */
  readonly config: string;
  /** 0700: the control socket lives here. */
  readonly stateDir: string;
  /** Written by the daemon after it listens. */
  readonly state: string;
  /** Held while a daemon starts, so that many starts at once give one daemon. */
  readonly startLock: string;
  /** The control socket; on Windows a named pipe. */
  readonly socket: string;
  /** What outlives a restart: who is being left alone, and what was learned of models. */
  readonly health: string;
  readonly log: string;
  readonly database: string;
  /** Answers that can be given again. */
  readonly answers: string;
}

/**
 * Follows the XDG base directory specification; `GW_HOME` puts everything into one folder, which keeps several gw
 * apart (tests, the demo). A variable that is set to nothing counts as unset: it would make the directory of whoever
 * calls the home of the profile. Windows uses `%APPDATA%` and `%LOCALAPPDATA%`.
 */
export function findPaths(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Paths {
  // The daemon works in another directory than the shell that starts it, so a relative path must not stay one.
  const own = environment['GW_HOME'] ? resolve(environment['GW_HOME']) : undefined;
  const home = environment['HOME'] || homedir() || userInfo().homedir;
  const windows = platform === 'win32';
  const configDir =
    own ??
    join(
      windows
        ? environment['APPDATA'] || join(home, 'AppData', 'Roaming')
        : absolute(environment['XDG_CONFIG_HOME'], join(home, '.config')),
      'gw',
    );
  const stateDir = own
    ? join(own, 'state')
    : join(
        windows
          ? environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
          : absolute(environment['XDG_STATE_HOME'], join(home, '.local', 'state')),
        'gw',
      );
  return {
    configDir,
    config: join(configDir, 'config.json'),
    stateDir,
    state: join(stateDir, 'daemon.json'),
    startLock: join(stateDir, 'start.lock'),
    socket: windows ? `\\\\.\\pipe\\gw-${hash(stateDir)}` : join(stateDir, 'control.sock'),
    health: join(stateDir, 'health.json'),
    log: join(stateDir, 'gw.log'),
    database: join(stateDir, 'requests.db'),
    answers: join(stateDir, 'answers.db'),
  };
}

/** Whether a socket's address is a named pipe of Windows: no file, so it can be neither looked at nor removed (EISDIR). */
export function isNamedPipe(address: string): boolean {
  return address.startsWith('\\\\');
}

/** The specification says that relative paths are to be ignored. */
function absolute(value: string | undefined, otherwise: string): string {
  return value?.startsWith('/') ? value : otherwise;
}

/** FNV-1a: short, stable, and needs no crypto at start-up. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(36);
}
