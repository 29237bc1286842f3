import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { zedSettings } from '../../../src/cli/clients/known/by-hand.ts';
import { borrowHome } from '../../../src/cli/clients/known/gemini-home.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-windows-'));
  mkdirSync(join(home, '.gemini', 'history'), { recursive: true });
  write('GEMINI.md', 'Be kind.');
  write('oauth.json', 'old');
  write('history/one', 'said');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(home, '.gemini', name), text);
}

function read(name: string): string {
  return readFileSync(join(home, '.gemini', name), 'utf8');
}

describe('a home that Gemini CLI borrows on Windows, where few may link to files', () => {
  it('has copies of files, and only those that were changed in it go home', () => {
    const { home: borrowed, giveBack } = borrowHome(home, { path: ['a'], value: 1 }, 'win32');
    const folder = join(borrowed, '.gemini');
    expect(readFileSync(join(folder, 'GEMINI.md'), 'utf8')).toBe('Be kind.');
    writeFileSync(join(folder, 'oauth.json'), 'renewed');
    writeFileSync(join(folder, 'new'), 'made');
    // Meanwhile somebody edits the real one.
    write('GEMINI.md', 'Be brief.');
    giveBack();
    expect(read('GEMINI.md')).toBe('Be brief.');
    expect(read('oauth.json')).toBe('renewed');
    expect(read('new')).toBe('made');
    expect(existsSync(borrowed)).toBe(false);
  });

  it('leads to the real folders, which stay when it goes', () => {
    const { home: borrowed, giveBack } = borrowHome(home, { path: ['a'], value: 1 }, 'win32');
    writeFileSync(join(borrowed, '.gemini', 'history', 'two'), 'heard');
    giveBack();
    expect(read('history/one')).toBe('said');
    expect(read('history/two')).toBe('heard');
  });
});

describe('the settings of Zed', () => {
  it('are where each system keeps them', () => {
    expect(zedSettings('/h', { APPDATA: '/roaming' }, 'win32')).toBe('/roaming/Zed/settings.json');
    expect(zedSettings('/h', { XDG_CONFIG_HOME: '/x' }, 'linux')).toBe('/x/zed/settings.json');
    expect(zedSettings('/h', { XDG_CONFIG_HOME: '/x' }, 'darwin')).toBe('/h/.config/zed/settings.json');
  });
});
