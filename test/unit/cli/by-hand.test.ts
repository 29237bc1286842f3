import { describe, expect, it } from 'vitest';

import { assigningLine, loadingLine } from '../../../src/cli/clients/detect-shell.ts';
import { setVariable } from '../../../src/lib/set-variable.ts';

describe('setting a variable by hand', () => {
  it('is shown in the words of the shell that asks', () => {
    const documents = { PSModulePath: 'C:\\Users\\a\\Documents\\PowerShell\\Modules' };
    expect(assigningLine({}, 'A', 'http://x', 'linux')).toBe('export A=http://x');
    expect(assigningLine({}, 'A', 'http://x', 'win32')).toBe('set "A=http://x"');
    expect(assigningLine(documents, 'A', 'http://x', 'win32')).toBe("$env:A = 'http://x'");
  });

  it('knows PowerShell also where the documents of its user have another name', () => {
    const everybody =
      'C:\\Program Files\\WindowsPowerShell\\Modules;C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules';
    const line = (modules: string) => assigningLine({ PSModulePath: modules }, 'A', 'b', 'win32');
    expect(line(`C:\\Users\\a\\OneDrive\\Dokumente\\PowerShell\\Modules;${everybody}`)).toBe("$env:A = 'b'");
    expect(line(`\\\\server\\a\\WindowsPowerShell\\Modules;${everybody}`)).toBe("$env:A = 'b'");
    expect(line(everybody)).toBe('set "A=b"');
  });

  it('knows Git Bash on Windows', () => {
    const env = {
      MSYSTEM: 'MINGW64',
      SHELL: '/usr/bin/bash',
      PSModulePath: 'C:\\Program Files\\WindowsPowerShell\\Modules',
    };
    expect(assigningLine(env, 'A', 'b', 'win32')).toBe("export A='b'");
    expect(loadingLine(env, 'win32')).toBe('eval "$(gw env)"');
  });

  it('is shown for both shells of Windows where nothing tells which it is', () => {
    expect(setVariable('A', 'b', 'darwin')).toBe('export A=b');
    expect(setVariable('A', 'b', 'win32')).toBe("set A=b (PowerShell: $env:A = 'b')");
  });
});
