import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withOwnPipe } from '../../../src/cli/own-pipe.ts';
import { findPaths, isNamedPipe } from '../../../src/core/paths.ts';

let local: string;

beforeEach(() => {
  local = mkdtempSync(join(tmpdir(), 'gw-pipe-'));
});
afterEach(() => rmSync(local, { recursive: true, force: true }));

const onWindows = () => findPaths({ LOCALAPPDATA: local, APPDATA: local }, 'win32');

describe('the control pipe of Windows', () => {
  it('has a name that nobody guesses, and every command finds the same', () => {
    const plain = onWindows();
    const { socket } = withOwnPipe(plain);
    expect(isNamedPipe(socket)).toBe(true);
    expect(socket.slice(0, plain.socket.length)).toBe(plain.socket);
    expect(socket.slice(plain.socket.length)).toMatch(/^-[\da-f-]{36}$/);
    expect(withOwnPipe(onWindows()).socket).toBe(socket);
    rmSync(join(plain.stateDir, 'pipe'));
    expect(withOwnPipe(onWindows()).socket).not.toBe(socket);
  });

  it('leaves nothing behind where nobody asked for it', () => {
    expect(withOwnPipe(onWindows()).log).toBe(onWindows().log);
    expect(readdirSync(local)).toEqual([]);
  });

  it('is not shared with others where its secret cannot be kept', () => {
    writeFileSync(join(local, 'gw'), 'a file in its place');
    expect(withOwnPipe(onWindows()).socket).not.toBe(withOwnPipe(onWindows()).socket);
  });

  it('is the socket in its directory elsewhere, and takes no secret', () => {
    const paths = findPaths({ GW_HOME: join(local, 'home') }, 'linux');
    expect(withOwnPipe(paths)).toBe(paths);
    expect(existsSync(join(local, 'home'))).toBe(false);
  });
});
