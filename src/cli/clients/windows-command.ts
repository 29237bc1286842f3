import { existsSync } from 'node:fs';
import { delimiter, extname, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What `spawn` is given. */
export interface SpawnWords {
  readonly program: string;
  readonly words: readonly string[];
  /** Windows only: the words are a finished command line and must not be quoted again. */
  readonly verbatim: boolean;
}

/**
 * On Windows most commands (`npm`, `aider`, …) are `.cmd` files, which Node.js does not start by themselves since
 * CVE-2024-27980: they need cmd.exe, with each word escaped for it. Elsewhere words stay as they are.
 */
export function spawnWords(
  program: string,
  words: readonly string[],
  env: Environment,
  { platform = process.platform, exists = existsSync }: Partial<WindowsSigns> = {},
): SpawnWords {
  const script = platform === 'win32' ? findScript(program, env, exists) : undefined;
  if (script === undefined) return { program, words, verbatim: false };
  const line = [escapeMeta(script), ...words.map(escapeWord)].join(' ');
  const shell = env['ComSpec'] ?? env['COMSPEC'] ?? 'cmd.exe';
  return { program: shell, words: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
}

interface WindowsSigns {
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
}

/** The batch file that a name stands for; undefined when it is a program, or nothing. */
function findScript(
  program: string,
  env: Environment,
  exists: (path: string) => boolean,
): string | undefined {
  const folders = /[\\/]/.test(program) ? [''] : (env['Path'] ?? env['PATH'] ?? '').split(delimiter);
  const endings = extname(program) === '' ? ['.exe', '.com', '.cmd', '.bat'] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = folder === '' ? `${program}${ending}` : join(folder, `${program}${ending}`);
      if (exists(path)) return /\.(cmd|bat)$/i.test(path) ? path : undefined;
    }
  }
  return undefined;
}

/**
 * A word for a batch file behind cmd.exe: quoted as the C runtime reads it, then every special character escaped
 * twice, because the batch file's own `%*` is read once more (as the package cross-spawn does it).
 */
function escapeWord(word: string): string {
  const quoted = `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\*)$/, '$1$1')}"`;
  return escapeMeta(escapeMeta(quoted));
}

function escapeMeta(text: string): string {
  return text.replaceAll(/[()\][%!^"`<>&|;, *?]/g, '^$&');
}
