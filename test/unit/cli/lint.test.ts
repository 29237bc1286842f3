import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/lint.ts';
import { examineChains } from '../../../src/cli/lint/examine.ts';
import { sayBrokenChains } from '../../../src/cli/lint/notice.ts';
import { LINT_RULES } from '../../../src/cli/lint/table.ts';
import { testContext } from '../../cli-context.ts';
import {
  type Json,
  OPENAI,
  ANTHROPIC,
  profileOf,
  sceneOf,
  codes,
  both,
  routed,
  locals,
  running,
} from './lint-ground.ts';
import { temporaryHome, terminal } from './provider-ground.ts';

describe('what is told', () => {
  test('a key the daemon has is not missing', () => {
    expect(
      codes(sceneOf(both(), { env: { ANTHROPIC_API_KEY: 'sk-of-anthropic' }, daemon: running(true) })),
    ).not.toContain('missing-key');
    expect(codes(sceneOf(both(), { daemon: running(false) }))).toContain('missing-key');
  });

  test('a route that serves nobody is told once, not key by key', () => {
    expect(codes(sceneOf(both(), { env: {} }))).toEqual(['nobody-serves']);
  });

  test('a fix of one knob names the place that is set', () => {
    const scene = sceneOf(
      both({
        routes: {
          'gpt-4.1': {
            match: ['*'],
            targets: ['openai/gpt-4.1', 'anthropic/claude-haiku-4-5'],
            policy: { totalMs: '1h' },
          },
        },
      }),
    );
    expect(examineChains(scene).notes[0]?.fix).toBe(
      `gw config set 'profiles.default.routes."gpt-4.1".policy.totalMs' 10m`,
    );
  });

  test('what is ignored is counted, everywhere or on one route', () => {
    const scene = sceneOf(routed(['openai']));
    expect(examineChains(scene, { ignore: ['one-target'] })).toEqual({ notes: [], ignored: 1 });
    expect(examineChains(scene, { ignore: ['one-target:main'] })).toEqual({ notes: [], ignored: 1 });
    expect(examineChains(scene, { ignore: ['one-target:other'] }).notes).toHaveLength(1);
  });
});

describe('gw lint', () => {
  function homeWith(profile: Json): string {
    const home = temporaryHome();
    writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles: { default: profile } }), {
      mode: 0o600,
    });
    return home;
  }
  const HOSTS = locals(['http://127.0.0.1:9/v1', 'http://127.0.0.1:10/v1']);
  const ALONE = { ...locals(['http://127.0.0.1:9/v1']) };

  test('says in one line that all is well', async () => {
    const { out, exit } = await terminal(homeWith(HOSTS)).run(command, []);
    expect(out).toBe('The one chain is in order.\n');
    expect(exit).toBe(0);
  });

  test('a warning is an exit code only when asked to be strict', async () => {
    const home = homeWith(ALONE);
    expect((await terminal(home).run(command, [])).exit).toBe(0);
    expect((await terminal(home).run(command, [], { strict: true })).exit).toBe(1);
  });

  test('the profile can say that it is meant so', async () => {
    const home = homeWith({ ...ALONE, lint: { ignore: ['one-target'] } });
    const { out, exit } = await terminal(home).run(command, [], { strict: true });
    expect(out).toBe('The one chain is in order.\n1 finding ignored, as was asked.\n');
    expect(exit).toBe(0);
  });

  test('JSON has the code, the place and the command', async () => {
    const { out } = await terminal(homeWith(ALONE), { json: true }).run(command, []);
    expect(JSON.parse(out)).toMatchObject({
      errors: 0,
      warnings: 1,
      findings: [
        { code: 'one-target', severity: 'warning', route: 'main', target: null, fix: 'gw provider presets' },
      ],
    });
  });

  test.each([
    ['a code that there is none of', [], { ignore: ['one-targte'] }, /gw lint --ignore one-target$/],
    ['a route that there is none of', ['mian'], {}, /did you mean main/],
  ])('refuses %s', async (_, words, options, said) => {
    const { exit, all } = await terminal(homeWith(ALONE)).run(command, words, options);
    expect(exit).toBe(2);
    expect(all).toMatch(said);
  });

  test('a start tells of a broken chain in two lines, and of a weak one nothing', () => {
    const broken = testContext({ home: temporaryHome() });
    sayBrokenChains(
      broken,
      profileOf(
        both({
          providers: { openai: { ...OPENAI, enabled: false }, anthropic: { ...ANTHROPIC, enabled: false } },
        }),
      ),
    );
    expect(broken.err).toBe('! no target of the route main can serve\n  look: gw lint\n');
    const weak = testContext({ home: temporaryHome() });
    sayBrokenChains(weak, profileOf(ALONE));
    expect(weak.err).toBe('');
  });
});

describe('docs/lint.md', () => {
  test('names every rule with its severity, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/lint.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm)].map(
      ([, code, severity]) => `${code} ${severity}`,
    );
    expect(rows).toEqual(LINT_RULES.map(({ code, severity }) => `${code} ${severity}`));
  });
});
