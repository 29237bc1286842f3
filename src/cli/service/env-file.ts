import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';

/** Variables that a service is given beside its definition: 0600, read by Node.js itself (`--env-file-if-exists`). */
export function envFilePath({ paths }: Context): string {
  return join(paths.configDir, 'service.env');
}

/** What is in it by now. */
export function readEnvFile(context: Context): Readonly<Record<string, string | undefined>> {
  const path = envFilePath(context);
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

/** Replaces it; what is neither in `values` nor was there before is not in it. */
export function writeEnvFile(context: Context, values: Readonly<Record<string, string>>): void {
  const path = envFilePath(context);
  const lines = Object.entries({ ...readEnvFile(context), ...values }).map(([name, value]) =>
    envLine(name, value ?? ''),
  );
  // Whatever stands there, be it a link, is not to be written through.
  rmSync(path, { force: true });
  writeFileSync(
    path,
    `# Made by gw service install; gw service uninstall removes it.\n${lines.join('\n')}\n`,
    {
      mode: 0o600,
      flag: 'wx',
    },
  );
}

/** One line as Node.js reads it back: it knows no escapes, so the quotes are those that the value has none of. */
export function envLine(name: string, value: string): string {
  const quote = ["'", '"', '`'].find(
    (each) => !value.includes(each) && !(each === '"' && value.includes('\\n')),
  );
  if (quote === undefined) {
    throw new CommandError(`The value of ${name} cannot be written into a file of variables.`, {
      why: 'it has every kind of quotes in it',
      fix: `keep it elsewhere: gw key set`,
    });
  }
  return `${name}=${quote}${value}${quote}`;
}
