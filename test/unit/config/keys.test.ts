import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  createKeyResolver,
  explainUnresolved,
  keyLabel,
  keyReferenceToJson,
  loadKeys,
  openKeyFiles,
  parseKeyReference,
} from '../../../src/config/index.ts';
import type { KeyReference } from '../../../src/core/profile.ts';
import { newHome } from './fixtures.ts';

const ENV: KeyReference = { is: 'env', name: 'OPENAI_API_KEY' };
const KEYCHAIN: KeyReference = { is: 'keychain', account: 'openai' };

describe('a reference to a key', () => {
  it.each<[string, KeyReference]>([
    ['env:OPENAI_API_KEY', ENV],
    ['file:/etc/keys/openai', { is: 'file', path: '/etc/keys/openai' }],
    ['file:~/keys/openai', { is: 'file', path: '~/keys/openai' }],
    ['keychain:openai', KEYCHAIN],
  ])('%s is read, and named the same way', (text, reference) => {
    expect(parseKeyReference(text)).toEqual({ is: 'ok', value: reference });
    expect(keyLabel(reference)).toBe(text);
  });

  it.each([
    '',
    'env:',
    'env:1A',
    'env:A B',
    'file:relative',
    'keychain:a b',
    'OPENAI_API_KEY',
    'vault:x',
    ':x',
  ])('%j is refused', (text) => {
    expect(parseKeyReference(text).is).toBe('failed');
  });

  it.each([
    'sk-proj-abcdefghijklmnop1234',
    'env:sk-proj-abcdefghijklmnop1234',
    'keychain:Zx8Qw3Er5Ty7Ui9Op1As2Df4Gh6Jk8Lz',
  ])('that is the key itself is refused without repeating it', (text) => {
    const outcome = parseKeyReference(text);
    expect(outcome.is === 'failed' && outcome.fault).toContain('looks like a key');
    expect(JSON.stringify(outcome)).not.toContain(text.slice(-12));
  });

  it('has a label that never holds the key', () => {
    expect(keyLabel({ is: 'inline', value: 'secret-value' })).toBe('inline');
    expect(keyReferenceToJson(KEYCHAIN)).toEqual({ keychain: 'openai' });
  });
});

describe('a resolver', () => {
  it('finds keys in the environment, trimmed, and none in an empty or broken variable', () => {
    const resolve = (value: string | undefined) =>
      createKeyResolver({ env: { OPENAI_API_KEY: value }, home: '/' })
        .resolve(ENV)
        ?.reveal();
    expect(resolve(' abc\n')).toBe('abc');
    expect(resolve(undefined)).toBeUndefined();
    expect(resolve('  ')).toBeUndefined();
    expect(resolve('a\r\nx-evil: 1')).toBeUndefined();
  });

  it('reads the first line of a file, below the home directory too, and only once', () => {
    const home = newHome();
    mkdirSync(join(home, 'keys'));
    const path = join(home, 'keys', 'openai');
    writeFileSync(path, 'first\n# a comment\n', { mode: 0o600 });
    const resolver = createKeyResolver({ env: {}, home });
    expect(resolver.resolve({ is: 'file', path })?.reveal()).toBe('first');
    expect(resolver.resolve({ is: 'file', path: '~/keys/openai' })?.reveal()).toBe('first');
    writeFileSync(path, 'second\n');
    expect(resolver.resolve({ is: 'file', path })?.reveal()).toBe('first');
    expect(createKeyResolver({ env: {}, home }).resolve({ is: 'file', path })?.reveal()).toBe('second');
  });

  it('reads a file as the shells of Windows write it: UTF-16 or with a mark, and lines with a carriage return', () => {
    const path = join(newHome(), 'key');
    const read = (bytes: Buffer) => {
      writeFileSync(path, bytes, { mode: 0o600 });
      return createKeyResolver({ env: {}, home: '/' }).resolve({ is: 'file', path })?.reveal();
    };
    expect(read(Buffer.from('\uFEFFsk-one\r\nnote\r\n', 'utf16le'))).toBe('sk-one');
    expect(read(Buffer.from('\uFEFFsk-two\r\n'))).toBe('sk-two');
    expect(read(Buffer.from('sk-three\r\nnote'))).toBe('sk-three');
  });

  it('tells what to do in words of the system', () => {
    expect(explainUnresolved(ENV, 'win32').fix).toContain('set OPENAI_API_KEY=… (PowerShell: $env:');
    expect(explainUnresolved({ is: 'file', path: 'C:\\key' }, 'win32').fix).not.toContain('chmod');
    expect(explainUnresolved({ is: 'file', path: '/key' }, 'linux').fix).toContain('chmod 600 it');
  });

  it('does not wait for a pipe, nor read a directory, a huge file or nothing', () => {
    const home = newHome();
    const pipe = join(home, 'pipe');
    spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe]);
    const huge = join(home, 'huge');
    writeFileSync(huge, 'x'.repeat(100_000));
    const resolver = createKeyResolver({ env: {}, home });
    for (const path of [pipe, home, huge, join(home, 'absent')]) {
      expect(resolver.resolve({ is: 'file', path })).toBeUndefined();
    }
  });

  it('says which key files others can read', () => {
    const home = newHome();
    const path = join(home, 'key');
    writeFileSync(path, 'x', { mode: 0o600 });
    expect(openKeyFiles([{ is: 'file', path: '~/key' }], home)).toEqual([]);
    chmodSync(path, 0o640);
    expect(openKeyFiles([{ is: 'file', path: '~/key' }, ENV], home)).toEqual(['~/key']);
  });
});

describe('the OS keychain', () => {
  it.each<[NodeJS.Platform, string[]]>([
    ['linux', ['secret-tool', 'lookup', 'service', 'gw', 'account', 'openai']],
    ['darwin', ['/usr/bin/security', 'find-generic-password', '-s', 'gw', '-a', 'openai', '-w']],
  ])('on %s is asked with the system’s own program, once per account', async (platform, wanted) => {
    const calls: string[][] = [];
    const keys = await loadKeys([KEYCHAIN, ENV, KEYCHAIN], {
      env: { OPENAI_API_KEY: 'from-env' },
      home: '/',
      platform,
      run: async (program, words) => {
        calls.push([program, ...words]);
        return 'from-keychain\n';
      },
    });
    expect(calls).toEqual([wanted]);
    expect(keys.resolve(KEYCHAIN)?.reveal()).toBe('from-keychain');
    expect(keys.resolve(ENV)?.reveal()).toBe('from-env');
  });

  it('is not asked when nothing is kept there', async () => {
    const keys = await loadKeys([ENV], { env: {}, home: '/', run: () => Promise.reject(new Error('asked')) });
    expect(keys.resolve(ENV)).toBeUndefined();
  });

  it('that has no such entry, or is not there, leaves the key unresolved', async () => {
    const keys = await loadKeys([KEYCHAIN], {
      env: {},
      home: '/',
      platform: 'linux',
      run: async () => undefined,
    });
    expect(keys.resolve(KEYCHAIN)).toBeUndefined();
  });

  it('on Windows is said to have no reader', async () => {
    const keys = await loadKeys([KEYCHAIN], {
      env: {},
      home: '/',
      platform: 'win32',
      run: () => Promise.reject(new Error('asked')),
    });
    expect(keys.resolve(KEYCHAIN)).toBeUndefined();
    expect(explainUnresolved(KEYCHAIN, 'win32').why).toContain('Windows');
  });

  it('is explained with the command that adds the entry', () => {
    expect(explainUnresolved(KEYCHAIN, 'linux').fix).toContain('secret-tool store');
    expect(explainUnresolved(KEYCHAIN, 'darwin').fix).toContain('security add-generic-password');
    expect(explainUnresolved(ENV).fix).toContain('export OPENAI_API_KEY');
  });
});
