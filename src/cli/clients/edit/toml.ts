import { parse } from 'smol-toml';

import { at, type Edit } from './edit.ts';

/** What a TOML file says. */
export function readToml(text: string): unknown {
  return parse(text);
}

/**
 * Sets or takes away one value by its line. The libraries that keep comments rewrite the rest of the file all the
 * same, so lines are found here, and whoever calls checks that the outcome says what it should.
 */
export function editToml(text: string, { path, value }: Edit): string {
  const table = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const sections = sectionsOf(lines);
  const section = sections.find((one) => sameName(one.name, table));
  const own = section && findLine(lines, section, name);
  if (value === undefined) {
    if (own === undefined || section === undefined) return text;
    lines.splice(own, 1);
    removeIfEmpty(lines, section);
  } else {
    const line = `${keyOf(name)} = ${JSON.stringify(value)}`;
    if (own !== undefined) lines[own] = line;
    else if (section) lines.splice(insertionPoint(lines, section), 0, line);
    else addSection(lines, table, line, sections.length > 1);
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return lines.length === 0 ? '' : lines.join(eol) + eol;
}

/** The lines of a table: `first` is the one after its header, `end` the one after its last. */
interface Section {
  readonly name: readonly string[];
  readonly first: number;
  readonly end: number;
}

function sectionsOf(lines: readonly string[]): Section[] {
  const headers = lines.flatMap((line, index) => (isHeader(lines, index) ? [{ line, index }] : []));
  return [{ line: '', index: -1 }, ...headers].map(({ line, index }, order) => ({
    name: index === -1 ? [] : headerName(line),
    first: index + 1,
    end: headers[order]?.index ?? lines.length,
  }));
}

/** A line in brackets may be part of a long string or a list: then what is above it is no file by itself. */
function isHeader(lines: readonly string[], index: number): boolean {
  return /^\s*\[/.test(lines[index] ?? '') && isWhole(lines.slice(0, index).join('\n'));
}

function isWhole(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `[a.b]` as names; a list of tables (`[[a]]`) has none that could be ours. */
function headerName(line: string): readonly string[] {
  try {
    let found: unknown = parse(line);
    const names: string[] = [];
    while (typeof found === 'object' && found !== null && !Array.isArray(found)) {
      const [name] = Object.keys(found);
      if (name === undefined) return names;
      names.push(name);
      found = at(found, [name]);
    }
    return [];
  } catch {
    return ['\u0000'];
  }
}

function findLine(lines: readonly string[], { first, end }: Section, name: string): number | undefined {
  for (let index = first; index < end; index++) {
    const line = lines[index] ?? '';
    if (!/^\s*["'\w-]/.test(line) || !isWhole(lines.slice(first, index).join('\n'))) continue;
    const key = /^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)\s*=/.exec(line)?.[1];
    if (key !== undefined && key.replaceAll(/^["']|["']$/g, '') === name && isWhole(line)) return index;
  }
  return undefined;
}

/** After the last line of the table that says something. */
function insertionPoint(lines: readonly string[], { first, end }: Section): number {
  for (let index = end; index > first; index--) {
    const line = lines[index - 1]?.trim() ?? '';
    // A comment right above the next table is about that one.
    if (line !== '' && !line.startsWith('#')) return index;
  }
  return first;
}

function addSection(lines: string[], table: readonly string[], line: string, spaced: boolean): void {
  if (lines.length > 0 && (spaced || lines.at(-1)?.trim() !== '')) lines.push('');
  lines.push(`[${table.map(keyOf).join('.')}]`, line);
}

/** A table of which we took the last line goes with the blank line above it. */
function removeIfEmpty(lines: string[], { name, first, end }: Section): void {
  const rest = lines.slice(first, end - 1);
  if (name.length === 0 || rest.some((line) => line.trim() !== '')) return;
  const from = first >= 2 && lines[first - 2]?.trim() === '' ? first - 2 : first - 1;
  lines.splice(from, first - from);
}

function keyOf(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

function sameName(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
