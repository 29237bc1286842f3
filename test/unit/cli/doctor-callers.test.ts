import { describe, expect, test } from 'vitest';

import { findShellLines } from '../../../src/cli/doctor/shell-files.ts';
import { PatientHome } from './doctor-ground.ts';
import { closedPort, reply, serve } from './provider-ground.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };

/** A home whose gw would listen on a port of its own. */
async function homeWithPort(): Promise<{ home: PatientHome; port: number }> {
  const home = new PatientHome();
  const port = await closedPort();
  home.profile({ a: LOCAL }, { default: { match: ['*'], targets: ['a/m'] } }, { listen: { port } });
  return { home, port };
}

describe('the environment', () => {
  const look = async (value: string, { home, port }: Awaited<ReturnType<typeof homeWithPort>>) => {
    home.env['OPENAI_BASE_URL'] = value.replace('OWN', String(port));
    return (await home.examine()).of('base-url-environment')[0];
  };

  test('may point programs at gw, by any name of this machine', async () => {
    const ground = await homeWithPort();
    for (const value of ['http://127.0.0.1:OWN/v1', 'http://localhost:OWN', 'http://[::1]:OWN/v1']) {
      expect(await look(value, ground)).toMatchObject({ result: 'warning', fix: 'gw start' });
    }
    const server = await serve((_, response) => reply(response, 200, {}, { 'x-gw-request-id': 'x' }));
    await ground.home.daemon({ address: server.origin });
    expect(await look(`${server.origin}/v1`, ground)).toMatchObject({
      result: 'ok',
      sentence: 'OPENAI_BASE_URL points at gw',
    });
  });

  test('that points where nobody listens is a problem', async () => {
    const ground = await homeWithPort();
    const dead = await closedPort();
    expect(await look(`http://localhost:${dead}/v1`, ground)).toMatchObject({
      result: 'problem',
      sentence: `OPENAI_BASE_URL points at localhost:${dead}, where nobody listens`,
      fix: `export OPENAI_BASE_URL=http://127.0.0.1:${ground.port}/v1`,
    });
    expect(await look('nonsense', ground)).toMatchObject({ result: 'problem' });
  });

  test('that points at somebody else on this machine is a warning', async () => {
    const ground = await homeWithPort();
    const other = await serve((_, response) => reply(response, 200, {}));
    expect(await look(`${other.origin}/v1`, ground)).toMatchObject({
      result: 'warning',
      sentence: expect.stringContaining('a program that is not gw'),
    });
    const gw = await serve((_, response) => reply(response, 404, {}, { 'x-gw-request-id': 'x' }));
    expect(await look(gw.origin, ground)).toMatchObject({
      result: 'warning',
      sentence: expect.stringContaining('another gw'),
    });
  });

  test('is judged by what each vendor’s clients want behind the address', async () => {
    const { home, port } = await homeWithPort();
    const dead = await closedPort();
    for (const name of ['ANTHROPIC_BASE_URL', 'GOOGLE_GEMINI_BASE_URL']) {
      home.env[name] = `http://localhost:${dead}`;
      expect((await home.examine()).of('base-url-environment')).toContainEqual(
        expect.objectContaining({
          result: 'problem',
          about: name,
          fix: `export ${name}=http://127.0.0.1:${port}`,
        }),
      );
    }
  });

  test('that points elsewhere is nobody’s mistake', async () => {
    const ground = await homeWithPort();
    expect(await look('https://api.openai.com/v1', ground)).toMatchObject({ result: 'ok' });
    delete ground.home.env['OPENAI_BASE_URL'];
    expect((await ground.home.examine()).one('base-url-environment')).toBe(
      'skipped: none is set in this shell',
    );
  });
});

describe('start-up files', () => {
  test('are read for plain settings, in the words of each shell', () => {
    const home = new PatientHome();
    home.write(
      '.bashrc',
      [
        '# export URL=http://comment',
        'export URL="http://a/v1" # why',
        "URL='http://b'; x",
        'OTHER_URL=http://no',
        'export URL=http://127.0.0.1:$PORT/v1',
        'eval "$(gw env)"',
        'URL=',
      ].join('\n'),
    );
    home.write('.zshenv', '  export URL=http://c\r\n');
    home.write('.config/fish/config.fish', 'set -gx URL http://d\nset --export -U URL "http://e"\n');
    home.write('.config/fish/conf.d/x.fish', 'set -x URL http://f');
    home.write('.config/fish/conf.d/note.txt', 'set -x URL http://no');
    home.write('zdot/.zshrc', 'export URL=http://g');
    const found = findShellLines(['URL'], home.folder, { ZDOTDIR: `${home.folder}/zdot` });
    expect(
      found.map(({ file, line, value }) => `${file.replace(`${home.folder}/`, '')}:${line} ${value}`),
    ).toEqual([
      '.bashrc:2 http://a/v1',
      '.bashrc:3 http://b',
      '.zshenv:1 http://c',
      'zdot/.zshrc:1 http://g',
      '.config/fish/config.fish:1 http://d',
      '.config/fish/config.fish:2 http://e',
      '.config/fish/conf.d/x.fish:1 http://f',
    ]);
  });

  test('that point at a dead port are told with file and line, and how to write it', async () => {
    const { home, port } = await homeWithPort();
    const dead = await closedPort();
    home.write(
      '.zshrc',
      `\nexport OPENAI_BASE_URL=http://localhost:${dead}/v1\nexport OPENAI_API_BASE=https://api.openai.com/v1\n`,
    );
    home.write('.config/fish/config.fish', `set -gx OPENAI_API_BASE http://localhost:${dead}/v1`);
    const found = (await home.examine()).of('base-url-files');
    expect(found.map(({ result, about, fix }) => [result, about, fix])).toEqual([
      [
        'problem',
        '~/.zshrc:2',
        `change line 2 of ~/.zshrc to: export OPENAI_BASE_URL=http://127.0.0.1:${port}/v1`,
      ],
      [
        'problem',
        '~/.config/fish/config.fish:1',
        `change line 1 of ~/.config/fish/config.fish to: set -gx OPENAI_API_BASE http://127.0.0.1:${port}/v1`,
      ],
    ]);
  });
});
