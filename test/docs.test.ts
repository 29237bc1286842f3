import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { type LoadedCommand, loadCommands, renderPages } from '../scripts/generated-docs.ts';
import { COMMANDS, NOUNS } from '../src/cli/tree.ts';
import { JSON_SCHEMA } from '../src/config/index.ts';
import { FAULTS } from '../src/core/fault.ts';
import { DEFAULT_POLICY } from '../src/core/policy.ts';

const root = join(import.meta.dirname, '..');
const commands = await loadCommands();
const pages = await renderPages();

// `--json` and `--help` are on every command and so not in its own list.
const EVERYWHERE = ['--json', '--help', '-h'];

describe('the documentation', () => {
  for (const [path, text] of pages) {
    test(`${path} says what the program says`, () => {
      expect(readPage(path), `${path} is out of date: npm run docs`).toBe(text);
    });
  }

  test('docs/faults.md describes every fault and no other', () => {
    const described = [...readPage('docs/faults.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(described).toEqual(Object.keys(FAULTS));
  });

  test('docs/configuration.md names every key of the profile file', () => {
    const page = readPage('docs/configuration.md');
    const keys = new Set([...schemaKeys(JSON_SCHEMA), ...Object.keys(DEFAULT_POLICY)]);
    const missing = [...keys].filter((key) => !isNamed(page, key));
    expect(missing).toEqual([]);
  });

  test('docs/configuration.md names no key that does not exist', () => {
    const known = new Set([...schemaKeys(JSON_SCHEMA), ...Object.keys(DEFAULT_POLICY)]);
    // Words with a capital inside are how our keys look, and nothing else in code type on that page does.
    const named = [
      ...readPage('docs/configuration.md').matchAll(/`(?:[\w<>]+\.)*([a-z]+(?:[A-Z][a-z]+)+)`/g),
    ];
    expect(named.map(([, key = '']) => key).filter((key) => !known.has(key))).toEqual([]);
  });

  test('man/ has a page for every command and no other, and package.json lists them all', () => {
    const files = globSync('man/*', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
    const expected = ['man/gw.1', ...COMMANDS.map(({ path }) => `man/gw-${path.replaceAll(' ', '-')}.1`)];
    expect(files.sort()).toEqual(expected.sort());
    const listed = JSON.parse(readPage('package.json')) as { man: string[]; files: string[] };
    expect(listed.man).toEqual(expected.map((file) => `./${file}`));
    expect(listed.files).toContain('man');
  });

  test('links between pages lead somewhere', () => {
    const written = [...globSync('docs/**/*.md', { cwd: root }), 'README.md', 'bench/README.md'];
    const broken = written.filter((page) => existsSync(join(root, page))).flatMap(brokenLinks);
    expect(broken).toEqual([]);
  });

  test('has every page in the list that the front page leads to', () => {
    const list = readPage('docs/README.md');
    const pages = globSync('docs/*.md', { cwd: root }).map((path) =>
      path.replaceAll('\\', '/').slice('docs/'.length),
    );
    expect(pages.filter((page) => page !== 'README.md' && !list.includes(`](${page})`))).toEqual([]);
  });
});

describe('the command tree', () => {
  test('has every file of src/cli/commands, once', () => {
    const files = globSync('**/*.ts', { cwd: join(root, 'src/cli/commands') }).map((file) =>
      file.replaceAll('\\', '/').slice(0, -'.ts'.length).replaceAll('/', ' '),
    );
    expect(COMMANDS.map(({ path }) => path).sort()).toEqual(files.sort());
  });

  test('has a sentence for every noun, and no sentence for another', () => {
    const nouns = commands.flatMap(({ path }) => (path.includes(' ') ? path.split(' ', 1) : []));
    expect(Object.keys(NOUNS).sort()).toEqual([...new Set(nouns)].sort());
  });

  test.each(commands.map((entry) => [entry.path, entry] as const))('gw %s explains itself', (path, entry) => {
    const { summary, command } = entry;
    expect(summary, 'a summary without a full stop, as help lists show it').toMatch(/^[^.]+[^.\s]$/);
    expect(command.examples.filter((line) => line.startsWith(`gw ${path}`))).not.toEqual([]);
    for (const option of command.options ?? []) expect(option.summary, option.flags).not.toBe('');
    for (const argument of command.arguments ?? []) expect(argument.summary, argument.name).not.toBe('');
    expect(entry.command.options?.map(({ flags }) => flags) ?? []).not.toContain('--json');
  });

  test.each(commands.map((entry) => [entry.path, entry] as const))(
    'the examples of gw %s use only options that exist',
    (_, { command }) => {
      expect(command.examples.flatMap((line) => unknownOptions(line, commands))).toEqual([]);
    },
  );

  test('notices an option that does not exist, in every part of a line', () => {
    const run = async (): Promise<void> => {};
    const known = [
      {
        path: 'a b',
        summary: '',
        load: async () => ({ command: { examples: [], run } }),
        command: { options: [{ flags: '-f, --follow <n>', summary: '' }], examples: [], run },
      },
    ] satisfies LoadedCommand[];
    expect(unknownOptions('gw a b -f 3 --json x | jq --raw', known)).toEqual([]);
    expect(unknownOptions('gw a b -- ls --all', known)).toEqual([]);
    expect(unknownOptions('eval "$(gw a b --folow=3)"', known)).toEqual(['gw a b has no --folow']);
    expect(unknownOptions('gw a c', known)).toEqual(['there is no command in: gw a c']);
  });
});

function readPage(path: string): string {
  const file = join(root, path);
  expect(existsSync(file), `${path} is still to be written`).toBe(true);
  return readFileSync(file, 'utf8');
}

/** In code type, alone or at the end of a place (`listen.port`), or as a key of an example. */
function isNamed(page: string, key: string): boolean {
  return [`\`${key}\``, `.${key}\``, `"${key}":`].some((form) => page.includes(form));
}

/** Every property name anywhere in a JSON Schema. */
function schemaKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]: [string, unknown]) =>
    name === 'properties' && typeof value === 'object' && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(schemaKeys)]
      : schemaKeys(value),
  );
}

function brokenLinks(page: string): string[] {
  const text = readPage(page);
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !existsSync(join(root, page, '..', link)))
    .map((link) => `${page} links to ${link}`);
}

/** Options in the gw commands of a shell line that those commands do not have. */
function unknownOptions(line: string, tree: readonly LoadedCommand[]): string[] {
  return [...line.matchAll(/(?:^|[\s"'(])gw ([^|;&)]*)/g)].flatMap(([, rest = '']) => {
    const words = rest.split(/\s+/).filter(Boolean);
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    const entry = findCommand(own, tree);
    if (!entry) return [`there is no command in: gw ${rest.trim()}`];
    const known = [
      ...EVERYWHERE,
      ...(entry.command.options ?? []).flatMap(({ flags }) => flags.split(/[ ,|]+/)),
    ];
    return own
      .filter((word) => /^--?[a-z]/.test(word))
      .map((word) => word.split('=', 1)[0] ?? word)
      .filter((word) => !known.includes(word))
      .map((word) => `gw ${entry.path} has no ${word}`);
  });
}

function findCommand(words: readonly string[], tree: readonly LoadedCommand[]): LoadedCommand | undefined {
  const two = words.slice(0, 2).join(' ');
  return tree.find(({ path }) => path === two) ?? tree.find(({ path }) => path === words[0]);
}
