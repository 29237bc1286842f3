import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { detectForeign, FOREIGN_KINDS, type ForeignKind } from '../../config/index.ts';
import { isKeyOf, isObject, type JsonObject, keysOf, parseJson } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { whyUnread } from '../file-trouble.ts';
import { readInput } from '../prompt.ts';

/** A document to import, and whose it is: `gw` is what `gw profile export` prints. */
export interface ForeignDocument {
  readonly kind: ForeignKind | 'gw';
  readonly document: JsonObject;
}

/** Reads a file (`-`: standard input) as JSON or else YAML, and says what it is. */
export async function readForeignDocument(
  context: Context,
  path: string,
  from: string | undefined,
): Promise<ForeignDocument> {
  const asked = from === undefined ? undefined : kindNamed(from);
  const text = path === '-' ? await readInput(context) : readOther(resolve(context.cwd, path));
  const document = parseJson(text) ?? (await parseYaml(text));
  const shown = path === '-' ? 'What was piped in' : terminalSafe(path);
  if (!isObject(document)) throw unknown(shown, 'it holds no object, neither as JSON nor as YAML');
  if (asked !== undefined) return { kind: asked, document };
  if (Object.hasOwn(document, 'profiles')) {
    throw new CommandError(`${shown} is not what gw profile export prints.`, {
      why: 'it is a whole profile file',
      fix: `gw config validate ${terminalSafe(path)}, then copy it to $(gw config path)`,
      exit: EXIT.config,
    });
  }
  const found = detectForeign(document);
  if (found !== undefined) return { kind: found, document };
  const known = ['providers', 'routes', 'policy', 'profile'].some((name) => Object.hasOwn(document, name));
  if (known) return { kind: 'gw', document };
  throw unknown(shown, 'it is neither what gw profile export prints nor a configuration gw knows');
}

function unknown(shown: string, why: string): CommandError {
  return new CommandError(`${shown} cannot be imported.`, {
    why,
    fix: `say whose it is: --from ${keysOf(FOREIGN_KINDS).join('|')}`,
    exit: EXIT.config,
  });
}

function kindNamed(name: string): ForeignKind {
  if (isKeyOf(FOREIGN_KINDS, name)) return name;
  const names = keysOf(FOREIGN_KINDS);
  throw new CommandError(`--from does not know ${terminalSafe(name)}.`, {
    why: `gw reads the configurations of ${names.join(', ')}`,
    fix: `--from ${nearest(name, names) ?? names.join('|')}`,
    exit: EXIT.usage,
  });
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    // Without its warnings: they would quote the file. A hundred aliases are more than anybody writes.
    return parse(text, { logLevel: 'silent', maxAliasCount: 100 });
  } catch {
    // What is wrong with it would be told in words of the file, and those may be keys.
    return undefined;
  }
}

function readOther(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${terminalSafe(path)} cannot be read.`, {
      why: whyUnread(error),
      fix: 'name a file that is there',
      exit: EXIT.usage,
    });
  }
}
