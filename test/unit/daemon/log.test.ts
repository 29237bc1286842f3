import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { decodeLogRecord, encodeLogRecord, readableLogLine } from '../../../src/daemon/log-line.ts';
import { lastLines, readableLine } from '../../../src/daemon/log-tail.ts';
import { type LogFile, openLog } from '../../../src/daemon/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { HeldClock } from './held-clock.ts';

let folder: string;
let path: string;
let clock: HeldClock;
let log: LogFile | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-log-'));
  path = join(folder, 'gw.log');
  clock = new HeldClock();
});

afterEach(() => {
  log?.close();
  log = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function open(settings: { maxBytes?: number; keep?: number; level?: 'debug' | 'warn' } = {}): LogFile {
  const all = { level: 'debug', maxBytes: 1_000_000, keep: 2, ...settings } as const;
  log = openLog({ path, settings: all, clock });
  return log;
}

const events = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => decodeLogRecord(line)?.event);

describe('the log file', () => {
  it('takes lines in order, in batches, readable by its owner alone', async () => {
    const file = open();
    file.write('info', 'first-thing', { n: 1 });
    file.write('warn', 'second-thing');
    expect(readFileSync(path, 'utf8')).toBe('');
    clock.advance(50);
    await expect.poll(() => events(path)).toEqual(['first-thing', 'second-thing']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('has errors on disk at once, with what came before them', () => {
    const file = open();
    file.write('info', 'before-it');
    file.write('error', 'defect-met');
    expect(events(path)).toEqual(['before-it', 'defect-met']);
  });

  it('leaves out what weighs less than its level', () => {
    const file = open({ level: 'warn' });
    file.write('info', 'quiet-thing');
    file.write('warn', 'loud-thing');
    file.flushNow();
    expect(events(path)).toEqual(['loud-thing']);
  });

  it('rotates by size, keeps so many old files, and loses no line', async () => {
    const file = open({ maxBytes: 400, keep: 2 });
    for (let batch = 0; batch < 4; batch++) {
      for (let line = 0; line < 5; line++)
        file.write('info', `line-${batch}${line}`, { padding: 'x'.repeat(40) });
      clock.advance(50);
      await expect.poll(() => existsSync(`${path}.1`) && events(`${path}.1`)).toContain(`line-${batch}4`);
      await expect.poll(() => statSync(path).size).toBe(0);
    }
    expect(events(`${path}.1`)).toEqual(['line-30', 'line-31', 'line-32', 'line-33', 'line-34']);
    expect(events(`${path}.2`)).toEqual(['line-20', 'line-21', 'line-22', 'line-23', 'line-24']);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it('stays the same file for whoever has it open, so that a crash is read where people look', async () => {
    const file = open({ maxBytes: 10 });
    const before = statSync(path).ino;
    file.write('info', 'some-thing');
    clock.advance(50);
    await expect.poll(() => existsSync(`${path}.1`) && statSync(path).size).toBe(0);
    expect(statSync(path).ino).toBe(before);
  });

  it.runIf(existsSync('/dev/full'))('counts what a full disk does not take, and never throws', async () => {
    path = '/dev/full';
    const file = open();
    file.write('info', 'some-thing');
    file.write('error', 'other-thing');
    expect(file.dropped).toBe(2);
    expect(file.problem()).toContain('ENOSPC');
    file.write('info', 'third-thing');
    clock.advance(50);
    await expect.poll(() => file.dropped).toBe(3);
  });

  it('does without a file it may not open', () => {
    path = join(folder, 'no', 'such', 'folder', 'gw.log');
    const file = open();
    file.write('error', 'some-thing');
    expect(file.dropped).toBe(1);
    expect(file.problem()).toContain('ENOENT');
  });

  it('drops lines instead of filling the memory when nothing is written for long', () => {
    const file = open();
    const padding = 'x'.repeat(100_000);
    for (let i = 0; i < 20; i++) file.write('info', 'large-thing', { padding });
    expect(file.dropped).toBe(10);
  });

  it('survives a field that cannot be written', () => {
    const file = open();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    file.write('error', 'odd-thing', { circle });
    expect(events(path)).toEqual(['odd-thing']);
  });
});

describe('a log line', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

  it('comes back as it was written', () => {
    const record = {
      at,
      level: 'warn',
      event: 'key-refused',
      fields: { provider: 'openai', status: 401 },
    } as const;
    expect(decodeLogRecord(encodeLogRecord(record))).toEqual(record);
  });

  it('never shows a credential, wherever it hides', () => {
    const keys = [
      'sk-proj-abcdefghij0123456789',
      'sk-ant-api03-abcdefghij0123',
      'gsk_abcdefghij0123456789',
      'xai-abcdefghij0123456789',
      'AIzaSyA0123456789abcdefghijklmn',
    ];
    for (const key of keys) {
      const fields = { error: new Error(`bad key ${key}`), header: `Bearer ${key}`, secret: new Secret(key) };
      const line = encodeLogRecord({ at, level: 'error', event: 'key-refused', fields });
      expect(line).not.toContain(key);
      expect(line).toContain('bad key [secret]');
    }
  });

  it('is one line whatever it says', () => {
    const line = encodeLogRecord({ at, level: 'info', event: 'odd-thing', fields: { text: 'a\nb\u2028c' } });
    expect(line).not.toContain('\n');
  });

  it('is shown with its values, and a stack below it', () => {
    const fields = { port: 4499, why: 'two words', stack: 'Error: x\n    at y' };
    const lines = readableLogLine({ at, level: 'error', event: 'defect-met', fields }).split('\n');
    expect(lines[0]).toMatch(/^\d\d:\d\d:05\.006 error defect-met port=4499 why="two words"$/);
    expect(lines.slice(1)).toEqual(['    Error: x', '        at y']);
  });

  it('cannot move the cursor of whoever reads it', () => {
    const line = JSON.stringify({
      at: 'x',
      level: 'info',
      event: 'odd\u001b[2J',
      text: '\u001b]0;title\u0007',
    });
    // oxlint-disable-next-line no-control-regex -- controls are what this is about
    expect(readableLine(line)).not.toMatch(/[\u0000-\u001f]/);
    // oxlint-disable-next-line no-control-regex -- controls are what this is about
    expect(readableLine('Segmentation \u001b[31mfault')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('the tail of the log', () => {
  it('has what is not on disk yet too, and viewers hear of each line as it is written', () => {
    const heard: string[] = [];
    log = open();
    log.write('info', 'first-thing');
    log.flushNow();
    log.listener = (line) => heard.push(line);
    log.write('info', 'second-thing');
    expect(log.tail(5).map((line) => decodeLogRecord(line)?.event)).toEqual(['first-thing', 'second-thing']);
    expect(heard).toHaveLength(1);
  });
});

describe('the last lines of a file', () => {
  it('are found across blocks, also without a final line end', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'ü'.repeat(20)}`);
    writeFileSync(path, lines.join('\n'));
    expect(lastLines(path, 3)).toEqual(lines.slice(-3));
    expect(lastLines(path, 4000)).toEqual(lines.slice(-4000));
    expect(lastLines(path, 9999)).toEqual(lines);
  });

  it('begin no earlier than asked', () => {
    writeFileSync(path, 'old one\nold two\nnew one\n');
    expect(lastLines(path, 10, 'old one\nold two\n'.length)).toEqual(['new one']);
    expect(lastLines(path, 10, 999)).toEqual(['old one', 'old two', 'new one']);
  });

  it('are none where there is no file', () => {
    expect(lastLines(join(folder, 'nothing'), 5)).toEqual([]);
  });
});
