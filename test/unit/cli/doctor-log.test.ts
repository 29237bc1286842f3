import { describe, expect, test } from 'vitest';

import { PatientHome } from './doctor-ground.ts';

describe("the daemon's own log", () => {
  test('a start that failed is one error, and none once gw has started', async () => {
    const home = new PatientHome();
    const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();
    const lines = [
      JSON.stringify({ at: at(60), level: 'error', event: 'start-failed' }),
      'port 9001 is in use',
    ];
    const told = async (): Promise<string> => {
      home.write('gw/state/gw.log', `${lines.join('\n')}\n`);
      return (await home.examine()).one('log-errors');
    };
    expect(await told()).toMatch(/^warning: an error in .*: start-failed$/);
    lines.push(JSON.stringify({ at: at(30), level: 'info', event: 'daemon-started' }));
    expect(await told()).toMatch(/^ok/);
    lines.push('TypeError: x is not a function');
    expect(await told()).toMatch(/^warning: an error in .*: TypeError/);
  });

  test('counts the errors of the last day, a crash as one', async () => {
    const home = new PatientHome();
    const line = (at: number, level: string, event: string): string =>
      JSON.stringify({ at: new Date(at).toISOString(), level, event });
    const now = Date.now();
    const old = line(now - 2 * 86_400_000, 'error', 'disk-full');
    home.write('gw/state/gw.log', `${old}\n`);
    expect((await home.examine()).one('log-errors')).toMatch(/^ok/);
    const crash = 'TypeError: x is not a function\n    at somewhere (file.ts:1:2)';
    home.write(
      'gw/state/gw.log',
      [
        old,
        line(now - 60_000, 'info', 'daemon-started'),
        crash,
        line(now - 30_000, 'error', 'exchange-crashed'),
        '',
      ].join('\n'),
    );
    expect((await home.examine()).one('log-errors')).toMatch(
      /^warning: 2 errors in the last day, the last .* ago: exchange-crashed$/,
    );
  });
});
