import { parse } from 'yaml';

import type { Edit } from './edit.ts';

/** What a YAML file says; an empty one says nothing. */
export function readYaml(text: string): unknown {
  return parse(text) ?? {};
}

/** Sets or takes away one plain value of the outermost map, by its line; whoever calls checks the outcome. */
export function editYaml(text: string, { path, value }: Edit): string {
  const name = path.join('.');
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const own = lines.findIndex((line) => /^(["']?)([\w-]+)\1\s*:/.exec(line)?.[2] === name);
  if (value === undefined) {
    if (own !== -1) lines.splice(own, 1);
  } else if (own !== -1) lines[own] = `${name}: ${JSON.stringify(value)}`;
  else lines.push(`${name}: ${JSON.stringify(value)}`);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return lines.length === 0 ? '' : lines.join(eol) + eol;
}
