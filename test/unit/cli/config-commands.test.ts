import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { command as edit } from '../../../src/cli/commands/config/edit.ts';
import { command as get } from '../../../src/cli/commands/config/get.ts';
import { command as path } from '../../../src/cli/commands/config/path.ts';
import { command as schema } from '../../../src/cli/commands/config/schema.ts';
import { command as set } from '../../../src/cli/commands/config/set.ts';
import { command as validate } from '../../../src/cli/commands/config/validate.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { JSON_SCHEMA } from '../../../src/config/index.ts';
import { testContext } from '../../cli-context.ts';
import { failure, run } from './run-command.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';

function homeWith(document?: unknown): string {
  const home = mkdtempSync(join(tmpdir(), 'gw-cli-'));
  if (document !== undefined) {
    const text = typeof document === 'string' ? document : JSON.stringify(document, null, 2);
    writeFileSync(join(home, 'config.json'), text, { mode: 0o600 });
  }
  return home;
}

function stored(home: string): unknown {
  return JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'));
}

const PROFILE = {
  profiles: {
    default: {
      providers: { openai: { preset: 'openai', keys: [{ env: 'OPENAI_API_KEY' }, { value: KEY }] } },
      routes: { 'gpt-4.1': { targets: ['openai/gpt-4.1'] } },
    },
  },
};

describe('gw config path and schema', () => {
  it('print data and nothing else', async () => {
    const home = homeWith();
    const context = testContext({ home });
    await run(path, context);
    expect(context.out).toBe(`${join(home, 'config.json')}\n`);
    expect(context.err).toBe('');
    const json = testContext({ home, json: true });
    await run(path, json);
    expect(json.outJson).toEqual({ path: join(home, 'config.json'), exists: false });
    const document = testContext({ home });
    await run(schema, document);
    expect(document.outJson).toEqual(JSON_SCHEMA);
  });
});

describe('gw config get', () => {
  it.each([
    ['profiles.default.providers.openai.preset', 'openai\n'],
    ['profiles.default.routes."gpt-4.1".targets[0]', 'openai/gpt-4.1\n'],
    ['profiles.default.routes."gpt-4.1".targets', '[\n  "openai/gpt-4.1"\n]\n'],
    ['listen.port', '4499\n'],
    ['profiles.default.policy.idleMs', '60000\n'],
  ])('%s is printed', async (place, out) => {
    const context = testContext({ home: homeWith(PROFILE) });
    await run(get, context, [place]);
    expect(context.out).toBe(out);
  });

  it('never prints a key, wherever it stands', async () => {
    for (const words of [
      [],
      ['profiles.default.providers.openai.keys'],
      ['profiles.default.providers.openai.keys[1].value'],
    ]) {
      const context = testContext({ home: homeWith(PROFILE) });
      await run(get, context, words);
      expect(context.out).toContain('[hidden]');
      expect(context.out).not.toContain(KEY);
    }
  });

  it('of nothing names the nearest', async () => {
    const error = await failure(run(get, testContext({ home: homeWith(PROFILE) }), ['profiles.defualt']));
    expect(error.fix).toContain('default');
    expect(error.exit).toBe(EXIT.failed);
  });

  it('of a file that is no JSON says where it is wrong', async () => {
    const error = await failure(run(get, testContext({ home: homeWith('{"a"') })));
    expect(error.exit).toBe(EXIT.config);
    expect(error.why).toContain('config.json:1:5');
  });
});

describe('gw config set', () => {
  it.each<[string, string, unknown]>([
    ['listen.port', '5000', { listen: { port: 5000 } }],
    ['log.level', 'debug', { log: { level: 'debug' } }],
    ['log.level', '"debug"', { log: { level: 'debug' } }],
    ['profiles.default.policy.idleMs', '30s', { profiles: { default: { policy: { idleMs: '30s' } } } }],
    ['listen.token.env', 'GW_TOKEN', { listen: { token: { env: 'GW_TOKEN' } } }],
    // A number where only text is allowed is meant as text.
    ['$schema', '2024', { $schema: '2024' }],
  ])('%s %s', async (place, value, wanted) => {
    const home = homeWith();
    expect(await run(set, testContext({ home }), [place, value])).toBe(0);
    expect(stored(home)).toEqual(wanted);
  });

  it('reaches names with dots in quotes', async () => {
    const home = homeWith(PROFILE);
    await run(set, testContext({ home }), [
      'profiles.default.routes."gpt-4.1".targets',
      '["openai", "openai/x"]',
    ]);
    expect(stored(home)).toMatchObject({
      profiles: { default: { routes: { 'gpt-4.1': { targets: ['openai', 'openai/x'] } } } },
    });
  });

  it('--unset takes a setting away, and says when there is none', async () => {
    const home = homeWith({ listen: { port: 1 } });
    await run(set, testContext({ home }), ['listen.port'], { unset: true });
    expect(stored(home)).toEqual({ listen: {} });
    expect((await failure(run(set, testContext({ home }), ['listen.port'], { unset: true }))).exit).toBe(
      EXIT.failed,
    );
  });

  it('of something wrong changes nothing, and exits with 4', async () => {
    const home = homeWith(PROFILE);
    const error = await failure(run(set, testContext({ home }), ['listen.prot', '1']));
    expect(error.exit).toBe(EXIT.config);
    expect(error.why).toContain('did you mean "port"?');
    expect(stored(home)).toEqual(PROFILE);
  });

  it.each([
    ['profiles.default.providers.openai.keys[0].value', 'short'],
    ['listen.token.value', 'short'],
    ['profiles.default.providers.openai.url', `https://x/${KEY}`],
    ['profiles.default.providers.openai.keys', `[{"env": "${KEY}"}]`],
  ])('takes no key as an argument: %s', async (place, value) => {
    const home = homeWith(PROFILE);
    const error = await failure(run(set, testContext({ home }), [place, value]));
    expect(error.exit).toBe(EXIT.usage);
    expect(`${error.message}${error.why}${error.fix}`).not.toContain(value);
    expect(stored(home)).toEqual(PROFILE);
  });

  it('takes a key from standard input, and does not print it', async () => {
    const home = homeWith(PROFILE);
    const context = testContext({ home, stdinText: 'gsk_0123456789abcdef0123\n' });
    await run(set, context, ['profiles.default.providers.openai.keys[1].value'], { stdin: true });
    expect(stored(home)).toMatchObject({
      profiles: { default: { providers: { openai: { keys: [{}, { value: 'gsk_0123456789abcdef0123' }] } } } },
    });
    expect(context.out + context.err).not.toContain('gsk_');
  });
});

describe('gw config validate', () => {
  it('says that all is well', async () => {
    const context = testContext({ home: homeWith(PROFILE) });
    expect(await run(validate, context)).toBe(0);
    expect(context.out).toContain('is valid');
  });

  it('says everything that is wrong, as text and as JSON, and exits with 4', async () => {
    const home = homeWith({ listen: { prot: 1 }, log: { level: 'x' } });
    const context = testContext({ home });
    expect(await run(validate, context)).toBe(EXIT.config);
    expect(context.out.trim().split('\n')).toHaveLength(2);
    const json = testContext({ home, json: true });
    expect(await run(validate, json)).toBe(EXIT.config);
    expect(json.outJson).toMatchObject({
      valid: false,
      problems: [{ place: 'listen.prot', line: 3 }, { place: 'log.level' }],
    });
  });

  it('looks at another file without touching anything', async () => {
    const home = homeWith();
    const other = join(homeWith(), 'other.json');
    writeFileSync(other, '{"a": 1}');
    const context = testContext({ home });
    expect(await run(validate, context, [other])).toBe(EXIT.config);
    expect(context.out).toContain('other.json');
    expect(readdirSync(home)).toEqual([]);
  });

  it('says which key files others can read', async () => {
    const home = homeWith({
      profiles: { default: { providers: { openai: { preset: 'openai', keys: [{ file: '~/key' }] } } } },
    });
    writeFileSync(join(home, 'key'), 'x');
    chmodSync(join(home, 'key'), 0o644);
    const context = testContext({ home });
    expect(await run(validate, context)).toBe(0);
    expect(context.err).toContain('chmod 600 ~/key');
  });

  it('takes a file away from others, and says so', async () => {
    const home = homeWith(PROFILE);
    chmodSync(join(home, 'config.json'), 0o644);
    const context = testContext({ home });
    expect(await run(validate, context)).toBe(0);
    expect(context.err).toContain('0600');
  });
});

describe('gw config edit', () => {
  const editor = (script: string) => ({ EDITOR: `sh -c '${script}' edit` });

  it('writes what the editor left when it is valid, and leaves no copy', async () => {
    const home = homeWith(PROFILE);
    const context = testContext({ home, env: editor('sed -i s/openai\\\\/gpt-4.1/openai\\\\/gpt-5/ "$1"') });
    await run(edit, context);
    expect(stored(home)).toMatchObject({
      profiles: { default: { routes: { 'gpt-4.1': { targets: ['openai/gpt-5'] } } } },
    });
    expect(readdirSync(home)).toEqual(['config.json']);
  });

  it('begins with an outline when there is no file yet, and writes nothing when nothing was changed', async () => {
    const home = homeWith();
    const context = testContext({ home, env: { EDITOR: 'true' } });
    await run(edit, context);
    expect(context.err).toContain('Nothing was changed');
    expect(readdirSync(home)).toEqual([]);
  });

  it('keeps the file and the text when it is wrong', async () => {
    const home = homeWith(PROFILE);
    const context = testContext({ home, env: editor('echo {broken > "$1"') });
    const error = await failure(run(edit, context));
    expect(error.exit).toBe(EXIT.config);
    expect(context.err).toContain('config.json:1:2');
    expect(stored(home)).toEqual(PROFILE);
    const kept = /kept in (\S+);/.exec(error.fix ?? '')?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe('{broken\n');
  });

  it('opens it again when the person wants to, with what was written', async () => {
    const home = homeWith(PROFILE);
    const counter = join(homeWith(), 'count');
    const script = `if [ -e ${counter} ]; then echo "{}" > "$1"; else touch ${counter}; echo broken > "$1"; fi`;
    const context = testContext({ home, interactive: true, stdinText: 'y\n', env: editor(script) });
    await run(edit, context);
    expect(stored(home)).toEqual({});
  });

  it('keeps the text when somebody else changed the file meanwhile', async () => {
    const home = homeWith(PROFILE);
    const script = `echo "{}" > "$1"; echo "{\\"log\\": {}}" > ${join(home, 'config.json')}`;
    const error = await failure(run(edit, testContext({ home, env: editor(script) })));
    expect(stored(home)).toEqual({ log: {} });
    expect(readFileSync(/kept in (\S+);/.exec(error.fix ?? '')?.[1] ?? '', 'utf8')).toBe('{}\n');
  });

  it('keeps the text when the editor fails', async () => {
    const home = homeWith(PROFILE);
    const error = await failure(run(edit, testContext({ home, env: editor('echo mine > "$1"; exit 3') })));
    expect(error.why).toContain('3');
    expect(stored(home)).toEqual(PROFILE);
    expect(readFileSync(/kept in (\S+)$/.exec(error.fix ?? '')?.[1] ?? '', 'utf8')).toBe('mine\n');
  });
});
