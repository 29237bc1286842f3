import { describe, expect, it } from 'vitest';

import { assigningLine } from '../../../src/cli/clients/detect-shell.ts';
import { setVariable } from '../../../src/lib/set-variable.ts';

describe('setting a variable by hand', () => {
  it('is shown in the words of the shell that asks', () => {
    const documents = { PSModulePath: 'C:\\Users\\a\\Documents\\PowerShell\\Modules' };
    expect(assigningLine({}, 'A', 'http://x', 'linux')).toBe('export A=http://x');
    expect(assigningLine({}, 'A', 'http://x', 'win32')).toBe('set "A=http://x"');
    expect(assigningLine(documents, 'A', 'http://x', 'win32')).toBe("$env:A = 'http://x'");
  });

  it('is shown for both shells of Windows where nothing tells which it is', () => {
    expect(setVariable('A', 'b', 'darwin')).toBe('export A=b');
    expect(setVariable('A', 'b', 'win32')).toBe("set A=b (PowerShell: $env:A = 'b')");
  });
});
