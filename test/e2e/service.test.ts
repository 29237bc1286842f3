import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fakeSystemctl } from '../unit/cli/fake-systemctl.ts';
import { DaemonHome, GatedUpstream } from './daemon-home.ts';

const KEY = 'sk-test-7f3kq9zx81mmw20c';

// systemd itself is not there where tests run; what stands in for it runs what the unit says, and nothing more.
describe.skipIf(process.platform !== 'linux')('gw service', () => {
  let home: DaemonHome;
  let upstream: GatedUpstream;
  let calls: string;

  beforeEach(async () => {
    home = new DaemonHome();
    const fake = fakeSystemctl(join(home.folder, 'fake'));
    calls = fake.calls;
    home.env = { TEST_KEY: KEY, PATH: fake.path, XDG_CONFIG_HOME: join(home.folder, 'xdg') };
    upstream = await new GatedUpstream().listen();
    home.profile({ first: upstream.url });
  });

  afterEach(async () => {
    await home.run(['service', 'uninstall', '--now']);
    await home.remove();
    await upstream.close();
  });

  async function json(...words: string[]): Promise<Record<string, unknown>> {
    const ran = await home.run([...words, '--json']);
    return JSON.parse(ran.out) as Record<string, unknown>;
  }

  it('installs, answers, changes nothing the second time, and leaves nothing behind [promise:service-answers]', async () => {
    const installed = await json('service', 'install');
    expect(installed).toMatchObject({ kind: 'systemd', changed: true, unseen: ['TEST_KEY'], written: [] });
    const path = String(installed['path']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toContain(KEY);
    expect((await home.status()).address).toBe(installed['address']);
    expect(await json('service', 'status')).toMatchObject({ installed: true, running: true, answers: true });
    expect(await json('service', 'install')).toMatchObject({ changed: false, pid: installed['pid'] });
    expect(await json('service', 'uninstall')).toMatchObject({ uninstalled: true });
    expect(existsSync(path)).toBe(false);
    expect(await json('service', 'status')).toMatchObject({ installed: false, answers: false });
    expect(await json('service', 'uninstall')).toMatchObject({ uninstalled: false });
  });

  it('goes with everything else when gw is uninstalled, also where GW_HOME gives it a name of its own', async () => {
    await json('service', 'install');
    const uninstalled = await home.run(['uninstall', '--yes']);
    expect(uninstalled.out + uninstalled.err).toContain('the service that starts gw is gone');
    expect(await json('service', 'status')).toMatchObject({ installed: false });
  });

  it('writes variables down only when told to, and then the service has them', async () => {
    const installed = await json('service', 'install', '--write-env');
    expect(installed).toMatchObject({ written: ['TEST_KEY'], unseen: [] });
    const file = join(home.folder, 'service.env');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const status = await home.status();
    expect(status.providers[0]?.keys).toEqual([{ label: 'env:TEST_KEY', resolved: true }]);
    await home.run(['service', 'uninstall']);
    expect(existsSync(file)).toBe(false);
  });

  it('is what starts and stops gw once it is there [promise:service-one-owner]', async () => {
    await json('service', 'install');
    expect(await json('stop')).toMatchObject({ stopped: true, service: true });
    expect(readFileSync(calls, 'utf8')).toMatch(/^stop gw-/m);
    expect((await home.run(['service', 'status'])).exit).toBe(3);
    const refused = await home.run(['start', '--port', '0']);
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.err).toContain('gw service install --port 0');
    const started = await home.run(['start', '--json']);
    expect(started.exit).toBe(0);
    expect(started.err).toContain('Started by its service');
    // Keys of the shell reach it as they reach a daemon without a service: in memory.
    expect((await home.status()).providers[0]?.keys).toEqual([{ label: 'env:TEST_KEY', resolved: true }]);
    const before = (await home.status()).pid;
    expect((await home.run(['restart'])).exit).toBe(0);
    expect((await home.status()).pid).not.toBe(before);
    expect(readFileSync(calls, 'utf8').match(/^start gw-/gm)).toHaveLength(3);
  });

  it('takes over from a daemon that runs by itself', async () => {
    const alone = await home.start();
    const installed = await json('service', 'install');
    expect(installed['pid']).not.toBe(alone.pid);
    expect((await home.status()).pid).toBe(installed['pid']);
  });

  it('writes nothing where the profile cannot be served', async () => {
    home.profile({ first: upstream.url }, { active: 'nobody' });
    const ran = await home.run(['service', 'install']);
    expect(ran).toMatchObject({ exit: 4 });
    expect(existsSync(join(home.folder, 'xdg'))).toBe(false);
  });

  it('is refused where no systemd answers, with what to do instead', async () => {
    const bare = { PATH: join(process.execPath, '..') };
    const ran = await home.run(['service', 'install'], bare);
    expect(ran.exit).toBe(1);
    expect(ran.err).toContain('there is no systemctl on this system');
    expect(ran.err).toContain('gw serve');
    const printed = await home.run(['service', 'install', '--print', '--port', '4501'], bare);
    expect(printed).toMatchObject({ exit: 0 });
    expect(printed.out).toContain('"serve" "--port" "4501"');
  });
});
