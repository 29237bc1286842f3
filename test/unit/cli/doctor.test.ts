import { chmodSync, lstatSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { sampleTrail } from '../../sample-trail.ts';
import { PatientHome } from './doctor-ground.ts';
import { closedPort, reply, serve } from './provider-ground.ts';
import { recordInto } from './recorded-home.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
const REMOTE = { ...LOCAL, url: 'https://api.example.com/v1' };
const TWO = { a: LOCAL, b: LOCAL };
const BOTH = { default: { match: ['*'], targets: ['a/m', 'b/m'] } };

describe('the program', () => {
  test.each([
    ['22.22.9', 'problem'],
    ['20.20.2', 'problem'],
    ['22.23.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('under Node.js %s is a matter of: %s', async (version, result) => {
    const node = { version, path: '/opt/node' };
    const [found] = (await new PatientHome().examine({ machine: { node } })).of('node-version');
    expect(found).toMatchObject({ result, sentence: expect.stringContaining(`${version} (/opt/node)`) });
  });

  test('is told from another gw that comes first on PATH, and is known behind links and scripts', async () => {
    const home = new PatientHome();
    const program = home.write('ours/bin/gw.js', '#!/usr/bin/env node', 0o755);
    const look = async (...folders: string[]): Promise<string> => {
      home.env['PATH'] = folders.map((folder) => join(home.folder, folder)).join(':');
      return (await home.examine({ machine: { program } })).one('other-gw');
    };
    const other = home.write('other/gw', '#!/bin/sh\necho another', 0o755);
    mkdirSync(join(home.folder, 'linked'));
    symlinkSync(program, join(home.folder, 'linked/gw'));
    home.write('script/gw', `#!/bin/sh\nexec node ${program} "$@"`, 0o755);
    expect(await look('none')).toMatch(/^ok: gw is not on PATH/);
    expect(await look('linked')).toBe(`ok: gw is ${home.folder}/linked/gw`);
    expect(await look('script')).toBe(`ok: gw is ${home.folder}/script/gw`);
    expect(await look('linked', 'other')).toBe(
      `ok: gw is ${home.folder}/linked/gw; behind it on PATH: ${other}`,
    );
    expect(await look('other', 'linked')).toBe(
      `warning: gw on PATH is another program: ${other}; this one is ${program}`,
    );
  });
});

describe('the profile', () => {
  test('that is missing is a problem where no key is in the environment, and none where one is', async () => {
    const home = new PatientHome();
    const without = await home.examine();
    expect(without.one('profile-file')).toMatch(/^ok: there is no profile file yet/);
    expect(without.one('profile-use')).toMatch(/^problem: there is no provider yet/);
    expect(without.diagnosis).toMatchObject({ problems: 1, fix: expect.stringMatching(/^gw init/) });
    home.env['OPENAI_API_KEY'] = 'sk-test';
    expect((await home.examine()).one('profile-use')).toMatch(/^ok: .* environment are used: openai$/);
  });

  test('with a mistake is told with file, line and name', async () => {
    const home = new PatientHome();
    home.write('gw/config.json', '{\n  "listen": { "prot": 1 }\n}');
    const found = await home.examine();
    expect(found.one('profile-file')).toMatch(/^problem: .*config\.json:2:\d+: listen\.prot: .*"port"/);
    expect(found.fix('profile-file')).toBe('gw config edit');
    expect(found.one('profile-use')).toMatch(/^skipped/);
  });

  test('behind a link, or in place of a file, is refused', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH);
    const path = join(home.gw, 'config.json');
    renameSync(path, join(home.gw, 'real.json'));
    symlinkSync(join(home.gw, 'real.json'), path);
    expect((await home.examine()).one('profile-file')).toMatch(/^problem: .*this is a link/);
    const folder = new PatientHome();
    mkdirSync(join(folder.gw, 'config.json'));
    expect((await folder.examine()).one('profile-file')).toMatch(/^problem: .*no plain file/);
  });

  test('that others can read is a warning, that others can change a problem, and both stay as they are', async () => {
    const home = new PatientHome();
    home.profile({ a: { ...REMOTE, keys: [{ file: home.write('key', 'sk-test', 0o644) }] } });
    const path = join(home.gw, 'config.json');
    chmodSync(path, 0o644);
    chmodSync(join(home.gw, 'state'), 0o770);
    const found = (await home.examine()).of('permissions');
    expect(found.map(({ result, fix }) => [result, fix])).toEqual([
      ['warning', `chmod 600 ${path}`],
      ['problem', `chmod 700 ${home.gw}/state`],
      ['problem', `chmod 600 ${home.folder}/key`],
    ]);
    expect(lstatSync(path).mode & 0o777).toBe(0o644);
  });

  test('of Windows are its own in the folder of its user, and elsewhere a matter of its owner', async () => {
    const home = new PatientHome();
    home.profile({ local: REMOTE });
    const look = async () => (await home.examine({ machine: { platform: 'win32' } })).of('permissions');
    home.env['USERPROFILE'] = home.folder.toUpperCase();
    home.env['USERNAME'] = 'me';
    expect((await look())[0]?.sentence).toBe('Windows keeps these in the folders of your user');
    home.env['USERPROFILE'] = home.folder.slice(0, -1);
    expect((await look())[0]?.fix).toBe(`icacls "${home.gw}" /inheritance:r /grant:r "me:(OI)(CI)F"`);
  });
});

describe('keys', () => {
  const KEYED = {
    a: { ...REMOTE, keys: [{ env: 'KEY_A' }] },
    b: { ...REMOTE, keys: [{ env: 'KEY_B' }, { env: 'KEY_C' }] },
  };

  test('that do not resolve are problems while no daemon runs, warnings where another key is there', async () => {
    const home = new PatientHome();
    home.profile(KEYED);
    home.env['KEY_C'] = 'sk-secret';
    const found = await home.examine();
    expect(found.of('keys-here').map(({ result, about, fix }) => [result, about, fix])).toEqual([
      ['problem', 'a', 'export KEY_A=… and run gw start'],
      ['warning', 'b', 'export KEY_B=… and run gw start'],
    ]);
    expect(JSON.stringify(found.all)).not.toContain('sk-secret');
  });

  test('in the keychain are not asked for: it might want a password', async () => {
    const home = new PatientHome();
    home.profile({ a: { ...REMOTE, keys: [{ keychain: 'work' }] } });
    expect((await home.examine()).one('keys-here')).toMatch(/^skipped: 1 in the keychain/);
  });

  const status = (resolved: boolean) => ({
    providers: [{ name: 'a', url: '', enabled: true, keys: [{ label: 'env:KEY_A', resolved }], targets: [] }],
  });

  test('that a running daemon has are only a warning here', async () => {
    const home = new PatientHome();
    home.profile({ a: KEYED.a }, { default: { match: ['*'], targets: ['a/m'] } });
    await home.daemon(status(true));
    const found = await home.examine();
    expect(found.one('keys-here')).toMatch(/^warning: .*a restart from this shell would lose it/);
    expect(found.one('keys-daemon')).toBe('ok: the daemon has every key');
    expect(found.of('routes')[0]?.result).toBe('ok');
  });

  test('that the daemon lacks are told once, as a problem, whether this shell has them or not', async () => {
    const home = new PatientHome();
    home.profile({ a: KEYED.a }, { default: { match: ['*'], targets: ['a/m'] } });
    const problem = { message: 'a has no usable key: the variable KEY_A is not set' };
    await home.daemon({ ...status(false), problems: [problem] });
    const found = await home.examine();
    expect(found.one('keys-here')).toMatch(/^skipped/);
    expect(found.one('keys-daemon')).toBe('problem: the daemon has no env:KEY_A for a');
    expect(found.fix('keys-daemon')).toBe('export KEY_A=… and run gw reload');
    expect(found.one('daemon-problems')).toBe('ok: the daemon reports nothing');
    expect(found.one('routes')).toBe('problem: the route default can serve nobody: a has no usable key');
    home.env['KEY_A'] = 'sk-test';
    expect((await home.examine()).one('keys-here')).toBe('ok: the one reference resolves');
  });
});

describe('the daemon', () => {
  test('that does not run is a warning; what a killed one left is told', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH, { listen: { port: await closedPort() } });
    const clean = await home.examine();
    expect([clean.one('daemon'), clean.fix('daemon')]).toEqual(['warning: gw is not running', 'gw start']);
    expect(clean.one('daemon-leftovers')).toMatch(/^ok/);
    expect(clean.one('port')).toMatch(/^ok: port \d+ is free$/);
    home.write(
      'gw/state/daemon.json',
      JSON.stringify({ instance: 'i', address: 'http://127.0.0.1:1', pid: 99 }),
    );
    expect((await home.examine()).one('daemon-leftovers')).toMatch(/^warning: the daemon with pid 99 ended/);
  });

  test('is told with its address, its version when it is another, and what it reports itself', async () => {
    const home = new PatientHome();
    const server = await serve((_, response) => reply(response, 200, {}, { 'x-gw-request-id': 'x' }));
    home.profile(TWO, BOTH);
    const problems = [
      { message: 'the request log has a problem', fix: 'gw doctor' },
      { message: 'old profile', fix: 'gw config edit' },
    ];
    await home.daemon({ address: server.origin, problems }, '9.9.9');
    const found = await home.examine();
    expect(found.one('daemon')).toBe(`ok: gw runs at ${server.origin} (pid 7, up 1m00s)`);
    expect(found.one('daemon-leftovers')).toMatch(/^ok/);
    expect(found.one('daemon-version')).toBe('warning: the daemon is version 9.9.9, this program 0.1.0');
    // Doctor must not send anyone to doctor.
    expect(found.of('daemon-problems').map(({ fix }) => fix)).toEqual([
      'gw logs --level warn',
      'gw config edit',
    ]);
    expect(found.one('port')).toBe(`ok: gw answers at ${server.origin}`);
  });

  test('that holds its socket but not its port is a problem', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH);
    await home.daemon({ address: `http://127.0.0.1:${await closedPort()}` });
    expect((await home.examine()).one('port')).toMatch(
      /^problem: the daemon runs, but it does not answer at/,
    );
  });

  test('finds its port taken, and says by whom', async () => {
    const home = new PatientHome();
    const stranger = await serve((_, response) => reply(response, 200, {}));
    const port = Number(new URL(stranger.origin).port);
    home.profile(TWO, BOTH, { listen: { port } });
    const found = await home.examine();
    expect(found.one('port')).toMatch(
      new RegExp(`^problem: port ${port} is taken by another program: .*\\(pid ${process.pid}\\)$`),
    );
    expect(found.fix('port')).toBe(`gw start --port ${port + 1}`);
  });
});

describe('routes', () => {
  test('are judged by who of their targets can serve', async () => {
    const home = new PatientHome();
    home.profile(
      { a: LOCAL, b: LOCAL, off: { ...LOCAL, enabled: false }, lone: LOCAL },
      {
        good: { match: ['*'], targets: ['a/m', 'b/m'] },
        single: { match: ['one'], targets: ['a/m'] },
        partly: { match: ['two'], targets: ['off/m', 'a/m'] },
        dead: { match: ['three'], targets: ['off/m'] },
      },
    );
    const found = await home.examine();
    expect(found.of('routes').map(({ about, result, fix }) => [about, result, fix])).toEqual([
      ['good', 'ok', undefined],
      ['single', 'ok', 'gw route add single PROVIDER/MODEL'],
      ['partly', 'warning', 'gw route show partly'],
      ['dead', 'problem', 'gw provider enable off'],
    ]);
    expect(found.one('providers-without-route')).toMatch(/^warning: lone is in no route/);
    expect(found.diagnosis.fix).toBe('gw provider enable off');
  });

  test('that are missing altogether are a warning with the command that makes one', async () => {
    const home = new PatientHome();
    home.profile(TWO);
    expect((await home.examine()).fix('routes')).toBe('gw route set default a b --match "*"');
  });
});

describe('storage', () => {
  test.each([
    [1e12, 'ok'],
    [100e6, 'warning'],
    [10e6, 'problem'],
    [undefined, 'skipped'],
  ])('with %d bytes free is a matter of: %s', async (free, result) => {
    const found = await new PatientHome().examine({ machine: { freeBytes: () => free } });
    expect(found.of('disk')[0]?.result).toBe(result);
  });

  test('that cannot be written is a problem, however much room there is', async () => {
    const home = new PatientHome();
    // Even root can make no directory below a file.
    home.env['GW_HOME'] = join(home.write('file', ''), 'gw');
    const found = await home.examine();
    expect(found.one('disk')).toMatch(/^problem: this user may not write in .*file.gw/);
    expect(found.fix('disk')).toContain('GW_HOME');
  });

  test('counts the exchanges that are recorded, and tells of damage', async () => {
    const home = new PatientHome();
    expect((await home.examine()).one('request-log')).toBe('ok: nothing was recorded yet');
    await recordInto(home.gw, [sampleTrail(), sampleTrail()]);
    expect((await home.examine()).one('request-log')).toMatch(/^ok: 2 exchanges in [\d.]+ kB$/);
    home.write('gw/state/requests.db', 'x'.repeat(10_000));
    expect((await home.examine()).one('request-log')).toMatch(/^problem: .* is damaged$/);
  });
});
