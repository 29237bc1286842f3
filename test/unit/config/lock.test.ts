import { spawn } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openConfigFile } from '../../../src/config/index.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { addProvider, newHome, openIn } from './fixtures.ts';

const SOURCE = new URL('../../../src/config/index.ts', import.meta.url).href;
const PATHS = new URL('../../../src/core/paths.ts', import.meta.url).href;

/** A real process that adds one provider, and ends with exit code 0 when that worked. */
function writer(home: string, name: string): Promise<number | null> {
  const script = `
    import { openConfigFile } from ${JSON.stringify(SOURCE)};
    import { findPaths } from ${JSON.stringify(PATHS)};
    const file = openConfigFile({ paths: findPaths({ GW_HOME: ${JSON.stringify(home)} }), presets: [] });
    const outcome = await file.change((draft) => {
      draft.profiles ??= { default: { providers: {} } };
      draft.profiles.default.providers[${JSON.stringify(name)}] = { url: 'https://x.example/v1' };
    });
    process.exitCode = outcome.is === 'ok' ? 0 : 1;`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('close', resolve));
}

function providersIn(home: string): string[] {
  const read = openIn(home).read();
  if (read.is === 'failed') throw new Error(JSON.stringify(read.fault));
  return (read.value.profiles['default']?.providers ?? []).map(({ name }) => name).sort();
}

const NAMES = Array.from({ length: 20 }, (_, index) => `p${String(index).padStart(2, '0')}`);

describe('twenty writers at once', () => {
  it('in one process lose no change', async () => {
    const home = newHome();
    const outcomes = await Promise.all(NAMES.map((name) => openIn(home).change(addProvider(name))));
    expect(outcomes.map(({ is }) => is)).toEqual(NAMES.map(() => 'ok'));
    expect(providersIn(home)).toEqual(NAMES);
    expect(readdirSync(home)).toEqual(['config.json']);
  });

  it('in twenty processes lose no change', async () => {
    const home = newHome();
    expect(await Promise.all(NAMES.map((name) => writer(home, name)))).toEqual(NAMES.map(() => 0));
    expect(providersIn(home)).toEqual(NAMES);
    expect(readdirSync(home)).toEqual(['config.json']);
  });

  it('find an abandoned lock, and still lose no change', async () => {
    const home = newHome();
    const lock = join(home, 'config.json.lock');
    // The pid of a process that has ended.
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('close', resolve));
    writeFileSync(lock, JSON.stringify({ id: 'x', pid: child.pid, host: hostname(), at: 0 }));
    const outcomes = await Promise.all(NAMES.map((name) => openIn(home).change(addProvider(name))));
    expect(outcomes.map(({ is }) => is)).toEqual(NAMES.map(() => 'ok'));
    expect(providersIn(home)).toEqual(NAMES);
  });
});

describe('the lock of the profile file', () => {
  /** Time that passes only while somebody waits. */
  function openWithOwnTime(home: string) {
    let now = Date.now();
    return openConfigFile({
      paths: findPaths({ GW_HOME: home }),
      presets: [],
      timing: {
        now: () => now,
        sleep: async (ms) => void (now += ms),
      },
    });
  }

  it('of a living process is respected', async () => {
    const home = newHome();
    const lock = join(home, 'config.json.lock');
    writeFileSync(lock, JSON.stringify({ id: 'x', pid: process.pid, host: hostname(), at: 0 }));
    const outcome = await openWithOwnTime(home).change(addProvider('a'));
    expect(outcome.is === 'failed' && outcome.fault[0]?.message).toContain(
      'another gw is changing this file',
    );
    expect(existsSync(lock)).toBe(true);
  });

  it.each([
    ['of a machine that shares the directory', { id: 'x', pid: 1, host: 'elsewhere', at: 0 }],
    ['of a process that was suspended', { id: 'x', pid: process.pid, host: hostname(), at: 0 }],
    ['that cannot be read', 'nonsense'],
  ])('%s is taken over after half a minute', async (_name, content) => {
    const home = newHome();
    const lock = join(home, 'config.json.lock');
    writeFileSync(lock, JSON.stringify(content));
    const old = Date.now() / 1000 - 31;
    utimesSync(lock, old, old);
    expect((await openWithOwnTime(home).change(addProvider('a'))).is).toBe('ok');
    expect(existsSync(lock)).toBe(false);
  });

  it('that was taken over stops the one who had it', async () => {
    const home = newHome();
    const file = openIn(home);
    const outcome = await file.change((draft) => {
      writeFileSync(
        join(home, 'config.json.lock'),
        JSON.stringify({ id: 'other', pid: process.pid, host: hostname() }),
      );
      addProvider('a')(draft);
    });
    expect(outcome.is === 'failed' && outcome.fault[0]?.message).toContain('try again');
    expect(file.exists()).toBe(false);
    expect(readdirSync(home)).toEqual(['config.json.lock']);
  });
});
