import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { addProvider, fullDocument, newHome, openIn } from './fixtures.ts';

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a change of the profile file', () => {
  it('makes a file that only its owner can read, in a directory of its own, even under umask 000', async () => {
    const home = join(newHome(), 'deep', 'gw');
    const file = openIn(home);
    const umask = process.umask(0);
    try {
      expect((await file.change(addProvider('a'))).is).toBe('ok');
    } finally {
      process.umask(umask);
    }
    expect(mode(file.path)).toBe('600');
    expect(mode(home)).toBe('700');
    expect(readdirSync(home)).toEqual(['config.json']);
  });

  it('keeps the order and everything else its owner wrote', async () => {
    const home = newHome();
    const file = openIn(home);
    writeFileSync(file.path, JSON.stringify(fullDocument()), { mode: 0o600 });
    await file.change((draft) => void (draft['log'] = { level: 'warn' }));
    expect(readFileSync(file.path, 'utf8')).toBe(
      `${JSON.stringify({ ...fullDocument(), log: { level: 'warn' } }, null, 2)}\n`,
    );
  });

  it('that would not be valid changes nothing, and has no line number of a text that was never written', async () => {
    const home = newHome();
    const file = openIn(home);
    await file.change(addProvider('a'));
    const before = readFileSync(file.path);
    const outcome = await file.change((draft) => void (draft['listen'] = { prot: 1 }));
    expect(outcome).toEqual({
      is: 'failed',
      fault: [
        {
          file: file.path,
          place: 'listen.prot',
          message: 'unknown key',
          expected: 'one of token, host, port, allowedHosts, allowedOrigins, socket',
          nearest: 'port',
        },
      ],
    });
    expect(readFileSync(file.path)).toEqual(before);
    expect(readdirSync(home)).toEqual(['config.json']);
  });

  it('of a file that is no JSON changes nothing', async () => {
    const file = openIn(newHome());
    writeFileSync(file.path, '{"listen": {}', { mode: 0o600 });
    const outcome = await file.change(addProvider('a'));
    expect(outcome.is === 'failed' && outcome.fault[0]).toMatchObject({
      line: 1,
      message: 'the text ends too early',
    });
    expect(readFileSync(file.path, 'utf8')).toBe('{"listen": {}');
  });

  it('may be what puts a wrong file right', async () => {
    const file = openIn(newHome());
    writeFileSync(file.path, '{"listen": {"prot": 1}}', { mode: 0o600 });
    expect(file.read().is).toBe('failed');
    expect((await file.change((draft) => void delete draft['listen'])).is).toBe('ok');
    expect(file.read().is).toBe('ok');
  });

  it('that throws is passed on, and leaves no lock behind', async () => {
    const home = newHome();
    const file = openIn(home);
    await expect(
      file.change(() => {
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(readdirSync(home)).toEqual([]);
  });

  it('replaces a text only when it is the one that was read', async () => {
    const file = openIn(newHome());
    expect((await file.replace('{"log": {}}', '')).is).toBe('ok');
    expect((await file.replace('{}', '{}')).is).toBe('failed');
    expect((await file.replace('{ }', '{"log": {}}')).is).toBe('ok');
    expect(readFileSync(file.path, 'utf8')).toBe('{ }');
  });
});

describe('a file that others could have touched', () => {
  it('is refused when it is a link', async () => {
    const home = newHome();
    const target = join(newHome(), 'target.json');
    writeFileSync(target, '{}', { mode: 0o600 });
    symlinkSync(target, join(home, 'config.json'));
    const file = openIn(home);
    const read = file.read();
    expect(read.is === 'failed' && read.fault[0]?.message).toContain('link');
    expect((await file.change(addProvider('a'))).is).toBe('failed');
    expect((await file.replace('{}')).is).toBe('failed');
    expect(lstatSync(file.path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('{}');
  });

  it('is refused when it is a link to nothing, and nothing is made there', async () => {
    const home = newHome();
    const target = join(newHome(), 'target.json');
    symlinkSync(target, join(home, 'config.json'));
    expect((await openIn(home).change(addProvider('a'))).is).toBe('failed');
    expect(existsSync(target)).toBe(false);
  });

  it('is refused when it is no file', () => {
    const home = newHome();
    mkdirSync(join(home, 'config.json'));
    const read = openIn(home).read();
    expect(read.is === 'failed' && read.fault[0]?.message).toContain('plain file');
  });

  it('is taken away from others, and that is said once', () => {
    const file = openIn(newHome());
    writeFileSync(file.path, '{}');
    chmodSync(file.path, 0o644);
    expect(file.read().is).toBe('ok');
    expect(mode(file.path)).toBe('600');
    expect(file.takeNotices()).toEqual([expect.stringContaining('0600')]);
    file.read();
    expect(file.takeNotices()).toEqual([]);
  });

  it('leaves a second name of the file with the old content, as a rename does', async () => {
    const home = newHome();
    const file = openIn(home);
    await file.change(addProvider('a'));
    const second = join(home, 'second.json');
    linkSync(file.path, second);
    const before = readFileSync(second);
    await file.change(addProvider('b'));
    expect(readFileSync(second)).toEqual(before);
  });

  it('is closed to others when its directory is open', async () => {
    const home = newHome();
    chmodSync(home, 0o755);
    const file = openIn(home);
    await file.change(addProvider('a'));
    expect(mode(home)).toBe('700');
    expect(file.takeNotices()).toEqual([expect.stringContaining('0700')]);
  });

  it('may begin with a byte order mark', () => {
    const file = openIn(newHome());
    writeFileSync(file.path, '\uFEFF{"listen": {"port": 1}}', { mode: 0o600 });
    const read = file.read();
    expect(read.is === 'ok' && read.value.settings.listen.port).toBe(1);
  });
});
