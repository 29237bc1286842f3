import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { keysOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CLIENTS } from '../clients/clients.ts';
import { readJournal } from '../clients/connect/journal.ts';
import { realPath } from '../clients/connect/plan.ts';
import { shortPath } from '../clients/connect/words.ts';
import { expectedGateway, placeOf } from '../clients/gateway.ts';
import { lookAt } from '../clients/look.ts';
import { findShellLines, startupFiles } from '../doctor/shell-files.ts';
import type { Ground } from './step.ts';

/** Something that names gw and that gw did not write: its person takes it away. */
export interface NotOurs {
  readonly place: string;
  readonly text: string;
}

// `eval "$(gw env)"`, `source <(gw completion bash)`, `alias gw=…/gw.js`.
const NAMES_GW = /\bgw(?:\.js)?["']?\s+(?:env|completion)\b|\balias\s+gw=/;
const ADDRESSES = ['OPENAI_BASE_URL', 'OPENAI_API_BASE', 'ANTHROPIC_BASE_URL', 'GOOGLE_GEMINI_BASE_URL'];

/** Lines of start-up files, settings written by hand, completion scripts. Only looks. */
export async function findNotOurs(ground: Ground): Promise<NotOurs[]> {
  const { context, home } = ground;
  const gateway = await expectedGateway(context);
  const lines = startupFiles(home, context.env).flatMap((file) => linesIn(file, home));
  const addresses = findShellLines(ADDRESSES, home, context.env)
    .filter(({ value }) => value.startsWith(gateway.address))
    .map(({ file, line, name, value }) => ({
      place: `${shortPath(file, home)}:${line}`,
      text: terminalSafe(`${name}=${value}`),
    }));
  const journal = new Set(readJournal(context.paths).map(({ file }) => file));
  const looks = await Promise.all(keysOf(CLIENTS).map((id) => lookAt(id, placeOf(context), gateway)));
  const settings = looks.flatMap(({ way, from, title }) =>
    way === 'gw' && from !== undefined && !from.startsWith('$') && !journal.has(realPath(from))
      ? [{ place: shortPath(from, home), text: `${title} is led to gw by hand` }]
      : [],
  );
  const script = join(home, '.config', 'fish', 'completions', 'gw.fish');
  const scripts = existsSync(script) ? [{ place: shortPath(script, home), text: 'completion for fish' }] : [];
  return [...lines, ...addresses, ...settings, ...scripts];
}

function linesIn(file: string, home: string): NotOurs[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text
    .split(/\r?\n/)
    .flatMap((line, index) =>
      NAMES_GW.test(line) && !/^\s*#/.test(line)
        ? [{ place: `${shortPath(file, home)}:${index + 1}`, text: terminalSafe(line.trim()) }]
        : [],
    );
}
