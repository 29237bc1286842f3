import type { Edit } from './edit.ts';

const SETTING = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;

/** What a file of `NAME=value` lines says; what is no such line is passed over, as its readers do. */
export function readVariables(text: string): unknown {
  const entries = text.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ''] = SETTING.exec(line) ?? [];
    return name === undefined ? [] : [[name, unquoted(value)] as const];
  });
  return Object.fromEntries(entries);
}

/** Sets or takes away the lines of one variable. */
export function editVariables(text: string, { path, value }: Edit): string {
  const name = path.join('.');
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const others = lines.filter((line) => SETTING.exec(line)?.[1] !== name);
  const own = lines.findIndex((line) => SETTING.exec(line)?.[1] === name);
  if (typeof value === 'string') others.splice(own === -1 ? others.length : own, 0, `${name}=${value}`);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return others.length === 0 ? '' : others.join(eol) + eol;
}

function unquoted(text: string): string {
  const [, double, single, bare] = /^(?:"([^"]*)"|'([^']*)'|([^#]*))/.exec(text.trim()) ?? [];
  return (double ?? single ?? bare ?? '').trim();
}
