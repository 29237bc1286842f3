import { describe, expect, it } from 'vitest';

import { findPaths, isNamedPipe } from '../../../src/core/paths.ts';

const WINDOWS = { APPDATA: '/users/me/Roaming', LOCALAPPDATA: '/users/me/Local' };

describe('where gw keeps things on Windows', () => {
  it('is in the folders of its user, the profile apart from the state', () => {
    const paths = findPaths(WINDOWS, 'win32');
    expect(paths.configDir).toBe('/users/me/Roaming/gw');
    expect(paths.stateDir).toBe('/users/me/Local/gw');
  });

  it('has a pipe in place of the control socket, which is no file to look at, and one for each home', () => {
    const pipe = findPaths(WINDOWS, 'win32').socket;
    expect(pipe).toMatch(/^\\\\\.\\pipe\\gw-\w+$/);
    expect(isNamedPipe(pipe)).toBe(true);
    expect(findPaths({ ...WINDOWS, GW_HOME: '/elsewhere' }, 'win32').socket).not.toBe(pipe);
    expect(isNamedPipe(findPaths({ HOME: '/home/me' }, 'linux').socket)).toBe(false);
  });
});
