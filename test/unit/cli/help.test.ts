import { expect, test } from 'vitest';

import { HELP_GROUPS, helpLines } from '../../../src/cli/help.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { COMMANDS, NOUNS } from '../../../src/cli/tree.ts';

const style = makeStyle({ NO_COLOR: '1' }, false);
const topics = { filter: { title: 'How to filter requests' } };
const tree = { commands: COMMANDS, nouns: NOUNS };

test('gw --help has every command under one heading', () => {
  const told = HELP_GROUPS.flatMap(({ rows }) => rows.flatMap(({ names }) => names));
  const words = new Set(COMMANDS.map(({ path }) => path.split(' ')[0] ?? ''));
  expect(told.toSorted()).toEqual([...words].toSorted());
});

test('gw --help fits a screen of 100 × 40, and lists the topics', () => {
  const lines = helpLines(tree, topics, { style, columns: 100 });
  // One line is for the prompt.
  expect(lines.length).toBeLessThan(40);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(lines.at(-1)).toContain('help filter');
});

test('gw --help fits 80 columns', () => {
  const lines = helpLines(tree, topics, { style, columns: 80 });
  for (const line of lines.slice(3)) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines).toContain('Something is wrong');
});
