import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { Input } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/doctor.ts';
import { CHECK_GROUPS } from '../../../src/cli/doctor/table.ts';
import { testContext } from '../../cli-context.ts';
import { sampleTrail } from '../../sample-trail.ts';
import { PatientHome } from './doctor-ground.ts';
import { recordInto } from './recorded-home.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
const REMOTE = { ...LOCAL, url: 'https://api.example.com/v1' };
const TWO = { a: LOCAL, b: LOCAL };
const BOTH = { default: { match: ['*'], targets: ['a/m', 'b/m'] } };

describe('gw doctor', () => {
  const run = async (home: PatientHome, options = {}, json = false) => {
    const context = testContext({ home: home.folder, env: { LANG: 'C.UTF-8', ...home.env }, json });
    return { exit: await command.run(context, new Input([], options)), context };
  };

  test('ends with one line, exits 1 while there is a problem and 0 otherwise', async () => {
    const home = new PatientHome();
    const ill = await run(home);
    expect(ill.exit).toBe(1);
    expect(ill.context.out.trimEnd().split('\n').at(-1)).toBe('1 problem, 1 warning. First: gw init');
    home.profile(TWO, BOTH);
    const well = await run(home);
    expect(well.exit).toBe(0);
    expect(well.context.out.trimEnd().split('\n').at(-1)).toBe('0 problems, 1 warning. First: gw start');
  });

  test('fits 80 columns, with a word beside every symbol, and in ASCII where need be', async () => {
    const home = new PatientHome();
    home.profile({ a: { ...REMOTE, keys: [{ env: 'A_RATHER_LONG_VARIABLE_NAME_FOR_A_KEY' }] } });
    const { out } = (await run(home)).context;
    // The last line is one whatever it names.
    for (const line of out.trimEnd().split('\n').slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).toMatch(/^ {2}✗ problem {2}a, env:A_RATHER/m);
    expect(out).toMatch(/^ {2}– skipped/m);
    home.env['LANG'] = 'C';
    expect((await run(home)).context.out).toMatch(/^[\n\u0020-\u007E]*$/);
  });

  test('lets no control character of a profile or an environment through', async () => {
    const home = new PatientHome();
    home.env['OPENAI_BASE_URL'] = 'no\u001B]0;address\u0007';
    expect((await run(home)).context.out).not.toContain('\u001B');
  });

  test('prints everything as JSON', async () => {
    const { exit, context } = await run(new PatientHome(), {}, true);
    expect(exit).toBe(1);
    expect(context.outJson).toMatchObject({
      version: '0.1.0',
      problems: 1,
      fix: expect.stringContaining('gw init'),
    });
    const checks = (context.outJson as { checks: { id: string; looksAt: string }[] }).checks;
    const ids = CHECK_GROUPS.flatMap((group) => group.checks.map(({ id }) => id));
    expect([...new Set(checks.map(({ id }) => id))]).toEqual(ids);
  });

  test('changes nothing, whatever it finds', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH);
    chmodSync(join(home.gw, 'config.json'), 0o666);
    await recordInto(home.gw, [sampleTrail()]);
    const before = snapshot(home.folder);
    await run(home);
    expect(snapshot(home.folder)).toEqual(before);
    expect(existsSync(join(home.gw, 'state/requests.db-wal'))).toBe(false);
  });

  test('is documented check by check', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');
    const described = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id);
    expect(described).toEqual(CHECK_GROUPS.flatMap(({ checks }) => checks.map(({ id }) => id)));
  });
});

/** Every file below a folder with its mode, time and size. */
function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const { mode, mtimeMs, size } = lstatSync(join(folder, path));
      return `${path} ${mode.toString(8)} ${mtimeMs} ${size}`;
    });
}
