import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exitCodeOf, runChild } from '../../../src/cli/clients/run-child.ts';
import { trafficBetween, trafficLine } from '../../../src/cli/clients/traffic.ts';
import { spawnWords } from '../../../src/cli/clients/windows-command.ts';
import { command } from '../../../src/cli/commands/run.ts';
import { CommandError } from '../../../src/cli/error.ts';
import { testContext } from '../../cli-context.ts';
import { answerAs, idleStatus } from './answering-daemon.ts';
import { failure, run } from './run-command.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-run-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const counters = { live: 0, total: 5, served: 5, failed: 0, cut: 0, gone: 0, failovers: 1, dropped: 0 };

describe('gw run', () => {
  it('runs nothing while no daemon takes requests', async () => {
    const marker = join(home, 'marker');
    const error = await failure(run(command, testContext({ home }), [['touch', marker]]));
    expect(error).toMatchObject({ exit: 3, fix: 'gw start, or: gw run --start -- COMMAND …' });
    expect(existsSync(marker)).toBe(false);
  });

  it('ends with 127 when there is no such command', async () => {
    const daemon = await answerAs(home, idleStatus());
    try {
      const error = await failure(run(command, testContext({ home }), [['no-such-command-here']]));
      expect(error).toMatchObject({ exit: 127, fix: 'command -v no-such-command-here' });
    } finally {
      await daemon.close();
    }
  });

  it('does not run a command that could only be refused for want of the token', async () => {
    writeFileSync(join(home, 'config.json'), '{"listen":{"token":{"env":"GW_TOKEN"}}}', { mode: 0o600 });
    const daemon = await answerAs(home, idleStatus());
    try {
      expect(await failure(run(command, testContext({ home }), [['true']]))).toMatchObject({ exit: 4 });
    } finally {
      await daemon.close();
    }
  });
});

describe('a child', () => {
  const signals = { on: () => {}, off: () => {} };
  const end = (program: string, words: string[]) =>
    runChild({ program, words, env: process.env, cwd: home }, { signals, atTerminal: false });

  it('ends as it ended', async () => {
    const exited = await end(process.execPath, ['-e', 'process.exit(42)']);
    expect(exitCodeOf(exited)).toBe(42);
    const killed = await end(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")']);
    expect(killed).toEqual({ is: 'killed', signal: 'SIGKILL' });
    expect(exitCodeOf(killed)).toBe(137);
  });

  it('that names a missing interpreter is told from one that is not there', async () => {
    const script = join(home, 'script');
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    await expect(end(script, [])).rejects.toMatchObject({ exit: 127, fix: `head -n 1 ${script}` });
  });

  it('that may not be run is told from one that is not there', async () => {
    const script = join(home, 'script');
    writeFileSync(script, 'echo hi\n', { mode: 0o644 });
    const error: unknown = await end(script, []).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exit: 127, message: `${script} cannot be run.` });
  });
});

describe('the summary of a run', () => {
  const before = idleStatus({ counters, now: 1_000 });

  it('tells what went through gw meanwhile', () => {
    const after = idleStatus({
      now: 13_000,
      counters: { ...counters, total: 12, served: 9, failed: 1, cut: 1, gone: 1, failovers: 3 },
    });
    const traffic = trafficBetween(before, after);
    expect(traffic).toEqual({
      requests: 7,
      failovers: 2,
      failed: 2,
      gone: 1,
      elapsedMs: 12_000,
      restarted: false,
    });
    expect(trafficLine(traffic)).toBe(
      'gw: 7 requests in 12.0s, 2 failed over, 2 failed, 1 hung up   (gw requests --failed)',
    );
  });

  it('asks whether the command knows of gw when it asked nothing', () => {
    const line = trafficLine(trafficBetween(before, { ...before, now: 3_000 }));
    expect(line).toBe('gw: nothing was asked in 2.00s; does it read one of the addresses that gw env sets?');
  });

  it('counts from the start of a daemon that was restarted meanwhile', () => {
    const after = idleStatus({
      instance: 'second',
      now: 2_000,
      counters: { ...counters, total: 2, failovers: 0 },
    });
    expect(trafficLine(trafficBetween(before, after))).toBe(
      'gw: 2 requests in 1.00s, 0 failed over, 0 failed since gw restarted',
    );
  });
});

describe('a command on Windows', () => {
  const exists = (path: string): boolean => path.endsWith('npm.cmd');
  const windows = { platform: 'win32', exists } as const;

  it('goes through cmd.exe when it is a batch file, with nothing left for it to interpret', () => {
    const found = spawnWords(
      'npm',
      ['run', 'a b', '%PATH% & del "x"'],
      { PATH: '/bin', ComSpec: 'cmd.exe' },
      windows,
    );
    expect(found.program).toBe('cmd.exe');
    expect(found.verbatim).toBe(true);
    expect(found.words.slice(0, 3)).toEqual(['/d', '/s', '/c']);
    // Every special character of the words is escaped, so none is bare.
    expect(found.words[3]?.slice(1, -1)).not.toMatch(/(?<!\^)[%&<>|]/);
    expect(found.words[3]).toContain('^^^%PATH^^^%');
  });

  it('is started as it is when it is a program, and everywhere else', () => {
    const plain = { program: 'node', words: ['x'], verbatim: false };
    expect(spawnWords('node', ['x'], { PATH: '/bin' }, windows)).toEqual(plain);
    expect(spawnWords('node', ['x'], { PATH: '/bin' }, { ...windows, platform: 'linux' })).toEqual(plain);
  });
});
