import { chmodSync, existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { Input } from '../../../src/cli/command.ts';
import { command as connect } from '../../../src/cli/commands/connect.ts';
import { command } from '../../../src/cli/commands/doctor.ts';
import { testContext } from '../../cli-context.ts';
import { PatientHome } from './doctor-ground.ts';
import { closedPort } from './provider-ground.ts';
import { failure } from './run-command.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
const TWO = { a: LOCAL, b: LOCAL };
const BOTH = { default: { match: ['*'], targets: ['a/m', 'b/m'] } };
// No process has it: the largest that Linux gives is 4,194,304.
const NO_PID = 2_000_000_000;

interface How {
  readonly yes?: boolean;
  readonly json?: boolean;
  /** What a person at the terminal answers. */
  readonly answer?: string;
}

async function fix(home: PatientHome, { yes = false, json = false, answer }: How = {}) {
  const context = testContext({
    home: home.folder,
    env: { LANG: 'C.UTF-8', ...home.env },
    json,
    ...(answer === undefined ? {} : { interactive: true, stdinText: `${answer}\n` }),
  });
  const exit = await command.run(context, new Input([], { fix: true, yes }));
  return { exit, context };
}

/** A profile that others can change. */
function openHome(): { readonly home: PatientHome; readonly mode: () => number } {
  const home = new PatientHome();
  home.profile(TWO, BOTH);
  const path = join(home.gw, 'config.json');
  chmodSync(path, 0o666);
  return { home, mode: () => lstatSync(path).mode & 0o777 };
}

// [promise:doctor-asks-first]
describe('gw doctor --fix', () => {
  test('only lists what it would do where nobody can be asked', async () => {
    const { home, mode } = openHome();
    const { exit, context } = await fix(home);
    expect(context.err).toContain(`chmod 600 ${home.gw}/config.json (it is 666)`);
    expect(context.err).toContain('Nothing was done. To do it: gw doctor --fix --yes');
    expect(exit).toBe(1);
    expect(mode()).toBe(0o666);
  });

  test('does on a terminal what its person agrees to, and nothing else', async () => {
    const { home, mode } = openHome();
    const refused = await fix(home, { answer: '' });
    expect(refused.exit).toBe(1);
    expect(mode()).toBe(0o666);
    const agreed = await fix(home, { answer: 'y' });
    expect(agreed.context.err).toMatch(/^ {2}done$/m);
    expect(agreed.exit).toBe(0);
    expect(mode()).toBe(0o600);
  });

  test('does all of it with --yes, and judges what is so afterwards', async () => {
    const { home, mode } = openHome();
    const state = home.write(
      'gw/state/daemon.json',
      JSON.stringify({ instance: 'i', address: 'http://127.0.0.1:1', pid: NO_PID }),
    );
    const { exit, context } = await fix(home, { yes: true, json: true });
    expect(context.outJson).toMatchObject({
      problems: 0,
      fixes: [
        { does: expect.stringContaining('chmod 600'), done: true },
        { does: expect.stringContaining(`remove ${state}`), done: true },
      ],
    });
    expect(exit).toBe(0);
    expect(mode()).toBe(0o600);
    expect(existsSync(state)).toBe(false);
  });

  test('leaves the state of a process that is still there', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH);
    const state = home.write(
      'gw/state/daemon.json',
      JSON.stringify({ instance: 'i', address: 'http://127.0.0.1:1', pid: process.pid }),
    );
    await fix(home, { yes: true });
    expect(existsSync(state)).toBe(true);
  });

  test('takes back what gw connect wrote once that leads nowhere, and no line of anybody else', async () => {
    const home = new PatientHome();
    home.profile(TWO, BOTH, { listen: { port: await closedPort() } });
    const own = 'model = "gpt-5"\n';
    const codex = home.write('.codex/config.toml', own);
    const claude = `{ "env": { "ANTHROPIC_BASE_URL": "http://127.0.0.1:${await closedPort()}" } }\n`;
    const other = home.write('.claude/settings.json', claude);
    const writer = testContext({ home: home.folder, env: home.env });
    await connect.run(writer, new Input(['codex'], { write: true }));
    expect(readFileSync(codex, 'utf8')).not.toBe(own);
    home.profile(TWO, BOTH, { listen: { port: await closedPort() } });
    const { context } = await fix(home, { yes: true });
    expect(context.err).toMatch(/^ {2}done$/m);
    expect(readFileSync(codex, 'utf8')).toBe(own);
    expect(readFileSync(other, 'utf8')).toBe(claude);
  });

  test('says so where there is nothing that it could mend', async () => {
    const home = new PatientHome();
    const { context } = await fix(home, { yes: true });
    expect(context.err).toContain('Nothing of this can be mended by gw itself');
  });

  test('is not meant by --yes alone', async () => {
    const context = testContext({ home: new PatientHome().folder });
    const error = await failure(Promise.resolve(command.run(context, new Input([], { yes: true }))));
    expect(error).toMatchObject({ exit: 2, fix: 'gw doctor --fix --yes' });
  });
});
