import { parseEnv } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CommandError } from '../../../src/cli/error.ts';
import { envLine } from '../../../src/cli/service/env-file.ts';
import { launchAgent, xml } from '../../../src/cli/service/launch-agent.ts';
import type { ServicePlan } from '../../../src/cli/service/plan.ts';
import { systemdUnit } from '../../../src/cli/service/systemd-unit.ts';
import { windowsTask } from '../../../src/cli/service/windows-task.ts';

const PLAN: ServicePlan = {
  name: 'gw',
  program: '/opt/node/bin/node',
  words: ['--max-semi-space-size=8', '/opt/my tools/gw.js', 'serve', '--port', '4500'],
  env: { PATH: '/usr/bin:/bin', HTTPS_PROXY: 'http://me:50%@proxy:3128' },
  workingDirectory: '/home/me/.local/state/gw',
  outputPath: '/home/me/.local/state/gw/service.log',
};

describe('what defines a service', () => {
  it('is a unit for systemd that starts again after a crash, waits longer each time, and drains', () => {
    expect(systemdUnit(PLAN)).toMatchSnapshot();
  });

  it('is a property list for launchd', () => {
    expect(launchAgent(PLAN)).toMatchSnapshot();
  });

  it('is a task for Windows, which has no window and is begun again by a script', () => {
    expect(windowsTask(WINDOWS_PLAN, PLACE)).toMatchSnapshot();
  });

  it('takes no variable to Windows that every logon there has of its own', () => {
    const env = { Path: 'C:\\x', APPDATA: 'C:\\y', GW_HOME: 'D:\\my gw' };
    const line = /<Arguments>(.*)<\/Arguments>/.exec(windowsTask({ ...WINDOWS_PLAN, env }, PLACE))?.[1];
    expect(line).toContain('&quot;GW_HOME=D:\\my gw&quot; --');
    expect(line).not.toMatch(/Path=|APPDATA=/);
  });
});

const WINDOWS_PLAN: ServicePlan = {
  ...PLAN,
  program: String.raw`C:\Program Files\node.exe`,
  env: { PATH: 'C:\\x', HTTPS_PROXY: 'http://proxy:3128' },
};
const PLACE = {
  user: String.raw`HOME\me`,
  host: String.raw`C:\Windows\System32\wscript.exe`,
  script: String.raw`C:\npm\gw-llm\bin\windows-task.js`,
};

describe('words in a unit of systemd', () => {
  it('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((text) => !/[\0\r]/.test(text))), (words) => {
        const line = /^ExecStart=(.*)$/m.exec(systemdUnit({ ...PLAN, words }))?.[1] ?? '';
        expect(readWords(line).slice(1)).toEqual(words);
      }),
    );
  });

  it('never begin a line of their own', () => {
    const unit = systemdUnit({ ...PLAN, env: { A: 'x"\nExecStartPre=/bin/evil' } });
    expect(unit).not.toMatch(/^ExecStartPre/m);
  });
});

/** Takes a command line apart as systemd.service(5) says: quotes, backslashes, doubled specifiers and dollars. */
function readWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word
      .replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
      .replaceAll('%%', '%')
      .replaceAll('$$', '$'),
  );
}

describe('text in XML', () => {
  it('holds nothing that a parser could take for markup or refuse', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = xml(text);
        expect(written).not.toMatch(/[<>"]|&(?!(?:amp|lt|gt|quot);)/);
        expect(written.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('a variable in the file of a service', () => {
  it('is read back by Node.js as it was, or refused', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\r')),
        (value) => {
          // Between double quotes Node.js takes a backslash and an n for the end of a line.
          const isTaken = [/'/, /`/, /"|\\n/].every((taken) => taken.test(value));
          if (isTaken) expect(() => envLine('KEY', value)).toThrow(CommandError);
          else expect(parseEnv(envLine('KEY', value))).toEqual({ KEY: value });
        },
      ),
    );
  });
});
