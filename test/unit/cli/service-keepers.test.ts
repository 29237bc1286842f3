import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findKeeper, serviceName } from '../../../src/cli/service/find-keeper.ts';
import type { Keeper } from '../../../src/cli/service/keeper.ts';
import { testContext } from '../../cli-context.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-keepers-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A tool of a system that is not here: notes what it is asked, and answers with a line of shell. */
function tool(name: string, answer: string): void {
  const path = join(home, 'bin', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "$@" >> "${join(home, 'calls')}"\n${answer}\n`);
  chmodSync(path, 0o755);
}

function calls(): string[] {
  const path = join(home, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

function keeperFor(platform: NodeJS.Platform): Keeper {
  const env = { PATH: `${join(home, 'bin')}:/bin:/usr/bin`, USERDOMAIN: 'HOME', USERNAME: 'me' };
  return findKeeper(testContext({ home, env }), platform);
}

describe.skipIf(process.platform === 'win32')('launchd', () => {
  const loaded = `[ "$1" = print ] && { [ -e "$0.loaded" ] || [ "\${2#*/*/}" = "$2" ]; exit $?; }
case "$1" in bootstrap) touch "$0.loaded";; bootout) rm -f "$0.loaded";; esac`;

  it('is asked to load the agent anew, to end it with a signal, and to forget it', async () => {
    tool('launchctl', loaded);
    const keeper = keeperFor('darwin');
    const domain = `gui/${process.getuid?.()}`;
    const service = `${domain}/${serviceName(testContext({ home }))}`;
    expect(keeper.path).toBe(
      join(home, 'Library', 'LaunchAgents', `${serviceName(testContext({ home }))}.plist`),
    );
    expect(await keeper.objection()).toBeUndefined();
    expect(await keeper.enable()).toBeUndefined();
    expect(await keeper.start()).toBeUndefined();
    expect(await keeper.stop()).toBeUndefined();
    expect(await keeper.disable()).toBeUndefined();
    expect(calls().filter((line) => !line.startsWith('print'))).toEqual([
      `enable ${service}`,
      `bootstrap ${domain} ${keeper.path}`,
      `kickstart ${service}`,
      `kill SIGTERM ${service}`,
      `bootout ${service}`,
    ]);
    expect(await keeper.stop()).toBeUndefined();
  });

  it('is waited for while it lets go of an agent, before the new one is loaded', async () => {
    // Two looks after the bootout the old one is still there; then its label is free a moment later than it seems.
    tool(
      'launchctl',
      `case "$1" in
bootout) echo 2 > "$0.leaving"; touch "$0.busy";;
print) [ -e "$0.leaving" ] || exit 0; n=$(cat "$0.leaving"); [ "$n" -gt 0 ] || exit 113; echo $((n-1)) > "$0.leaving";;
bootstrap) [ -e "$0.busy" ] || exit 0; rm "$0.busy"; echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5;;
esac`,
    );
    expect(await keeperFor('darwin').enable()).toBeUndefined();
    expect(calls().map((line) => line.split(' ')[0])).toEqual([
      'print',
      'bootout',
      'print',
      'print',
      'print',
      'enable',
      'bootstrap',
      'bootstrap',
    ]);
  });

  it('says what it has against an agent', async () => {
    tool(
      'launchctl',
      '[ "$1" = bootstrap ] && { echo "Bootstrap failed: 125" >&2; exit 125; }; [ "$1" != print ]',
    );
    expect(await keeperFor('darwin').enable()).toContain('Bootstrap failed: 125');
  });

  it('tells a running agent and how often it was started from what it prints', async () => {
    tool('launchctl', String.raw`printf 'x = {\n\tstate = running\n\truns = 3\n}\n'`);
    expect(await keeperFor('darwin').state()).toEqual({
      installed: false,
      running: true,
      enabled: true,
      words: 'running',
      restarts: 2,
    });
  });

  it('says that it is not there', async () => {
    expect(await keeperFor('darwin').objection()).toBe('there is no launchctl on this system');
  });
});

/** A line of `schtasks /Query /FO CSV /NH /V` on a German Windows, up to the columns that nobody reads. */
function queried(result: string): string {
  return `"PC","\\gw","N/A","Wird ausgeführt","Nur interaktiv","22.11.2026 14:30:00","${result}","PC\\me"`;
}

describe.skipIf(process.platform === 'win32')('the Task Scheduler', () => {
  it('is given the task as a file, runs it, ends it and deletes it', async () => {
    tool('schtasks', `[ "$1" = /Query ] && echo '${queried('267009')}'; exit 0`);
    const keeper = keeperFor('win32');
    const name = serviceName(testContext({ home }));
    expect(await keeper.enable()).toBeUndefined();
    expect(await keeper.start()).toBeUndefined();
    expect(await keeper.state()).toMatchObject({ running: true, enabled: true, words: 'running' });
    expect(await keeper.disable()).toBeUndefined();
    expect(calls()).toEqual([
      `/Create /TN ${name} /XML ${keeper.path} /F`,
      `/End /TN ${name}`,
      `/Run /TN ${name}`,
      `/Query /TN ${name} /FO CSV /NH /V`,
      `/Query /TN ${name}`,
      `/Delete /TN ${name} /F`,
    ]);
  });

  it('tells how a task fares from a number, as its words are in the language of the system', async () => {
    const seen = async (result: string) => {
      tool('schtasks', `echo '${queried(result)}'`);
      return keeperFor('win32').state();
    };
    expect(await seen('267009')).toMatchObject({ running: true, words: 'running' });
    expect(await seen('267011')).toMatchObject({ running: false, words: 'not run yet' });
    expect(await seen('0')).toMatchObject({ running: false, words: 'ended' });
    expect(await seen('4')).toMatchObject({ running: false, words: 'ended with 4' });
    tool('schtasks', 'echo "FEHLER: Das System kann die Datei nicht finden." >&2; exit 1');
    expect(await keeperFor('win32').state()).toMatchObject({ enabled: false, words: 'not there' });
  });

  it('tells what went wrong in its own words', async () => {
    tool('schtasks', 'echo "ERROR: Access is denied." >&2; exit 1');
    expect(await keeperFor('win32').enable()).toContain('ERROR: Access is denied.');
  });
});
