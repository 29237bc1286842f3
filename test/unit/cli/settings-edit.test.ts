import * as fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';

import { at, withEdit } from '../../../src/cli/clients/edit/edit.ts';
import { editSettings, readSettings, type SettingsSyntax } from '../../../src/cli/clients/edit/syntax.ts';

const name = fc.stringMatching(/^[a-z][a-z_-]{0,6}$/);
const text = fc.stringMatching(/^[ -~äß€]{0,12}$/);
const flat = fc.dictionary(name, text, { maxKeys: 4 });
const nested = fc.dictionary(name, fc.oneof(text, flat), { maxKeys: 4 });

/** Documents of each syntax as a person might have them, with a comment on top. */
const FILES: Readonly<Record<Exclude<SettingsSyntax, 'variables' | 'strictJson'>, fc.Arbitrary<string>>> = {
  json: nested.map((document) => `// mine\n${JSON.stringify(document, null, 4)}\n`),
  toml: nested.map((document) => `# mine\n${stringify(document)}`),
  yaml: flat.map(
    (document) =>
      `# mine\n${Object.entries(document)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
        .join('')}`,
  ),
};

function meaning(syntax: SettingsSyntax, file: string): unknown {
  const read = readSettings(syntax, file);
  if (read.is === 'unreadable') throw new Error(`${read.why} in ${file}`);
  return JSON.parse(JSON.stringify(read.document));
}

test.each(['json', 'toml', 'yaml'] as const)(
  'setting a value in %s changes that value alone, and taking it away brings the rest back as it was',
  (syntax) => {
    const path = syntax === 'yaml' ? ['gw-key'] : ['gw-table', 'gw-key'];
    fc.assert(
      fc.property(FILES[syntax], text, (file, value) => {
        const before = meaning(syntax, file);
        const set = editSettings(syntax, file, { path, value });
        expect(meaning(syntax, set)).toEqual(withEdit(before, { path, value }));
        expect(set).toContain('mine');
        const again = editSettings(syntax, set, { path, value: 'other' });
        expect(at(meaning(syntax, again), path)).toBe('other');
        const gone = meaning(syntax, editSettings(syntax, again, { path, value: undefined }));
        expect(withEdit(gone, { path: path.slice(0, 1), value: undefined })).toEqual(before);
      }),
      { numRuns: 150 },
    );
  },
);

test('line ends of the file stay what they are', () => {
  for (const syntax of ['json', 'toml', 'yaml', 'variables'] as const) {
    const file = {
      json: '{\r\n  "a": 1\r\n}\r\n',
      toml: 'a = 1\r\n',
      yaml: 'a: 1\r\n',
      variables: 'A=1\r\n',
    }[syntax];
    const set = editSettings(syntax, file, { path: ['b'], value: 'x' });
    expect(set.replaceAll('\r\n', ''), syntax).not.toContain('\n');
  }
});
