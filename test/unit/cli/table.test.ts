import { describe, expect, test } from 'vitest';

import { formatTable, truncate } from '../../../src/cli/table.ts';

const plain = [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'NOTE' }] as const;

describe('a table', () => {
  test('has columns as wide as their widest cell, and no space at the end of a line', () => {
    const rows = [
      ['a', '7', ''],
      ['openrouter', '1234', 'ok'],
    ];
    expect(formatTable(plain, rows, { width: 80 }).split('\n')).toEqual([
      'NAME           N  NOTE',
      'a              7',
      'openrouter  1234  ok',
    ]);
  });

  test('has no title line when no column has a title', () => {
    expect(formatTable([{ title: '' }, { title: '' }], [['a', 'b']], { width: 80, indent: 2 })).toBe(
      '  a  b',
    );
  });

  test('shortens only what may be shortened, the widest first, until it fits', () => {
    const columns = [{ title: '', shrinkTo: 4 }, { title: '' }, { title: '', shrinkTo: 4 }];
    const line = formatTable(columns, [['abcdefghij', 'fixed text', 'klmnop']], { width: 26 });
    expect(line).toBe('abcde…  fixed text  klmnop');
  });

  test('is wider than the terminal rather than unreadable', () => {
    const columns = [{ title: '', shrinkTo: 4 }];
    expect(formatTable(columns, [['abcdefgh']], { width: 1 })).toBe('abc…');
  });

  test('keeps its columns straight beside wide characters', () => {
    const rows = [
      ['日本', '1', 'x'],
      ['abcd', '2', 'y'],
    ];
    const lines = formatTable([{ title: '' }, { title: '' }, { title: '' }], rows, { width: 80 }).split('\n');
    expect(lines).toEqual(['日本  1  x', 'abcd  2  y']);
  });

  test('lets nothing foreign control the terminal, and paints after measuring', () => {
    const bold = (text: string): string => `<${text}>`;
    const rows = [[{ text: 'a\u001B[31m', paint: bold }, 'b\nc']];
    expect(formatTable([{ title: '' }, { title: '' }], rows, { width: 80 })).toBe('<a·[31m>  b c');
  });
});

describe('truncate', () => {
  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
  ])('cuts %s to %i columns', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });
});
