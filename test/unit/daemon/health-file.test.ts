import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Remembered, StoredAge } from '../../../src/core/ports.ts';
import { HealthFile } from '../../../src/daemon/health-file.ts';
import { HeldClock } from './held-clock.ts';

let home = '';
let path = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-health-'));
  path = join(home, 'health.json');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

class Part implements Remembered {
  readonly name: string;
  value: unknown;
  age: StoredAge | undefined;
  asked = 0;

  constructor(name: string, value?: unknown) {
    this.name = name;
    this.value = value;
  }

  snapshot(): unknown {
    this.asked++;
    return this.value;
  }

  restore(stored: unknown, age: StoredAge): void {
    this.value = stored;
    this.age = age;
  }
}

function open(clock = new HeldClock(), lines: string[] = []) {
  const log = { write: (level: string, event: string) => void lines.push(`${level} ${event}`) };
  return { file: new HealthFile(path, clock, log), clock, lines };
}

/** What a later daemon finds of a part. */
function found(name: string, clock = new HeldClock()): Part {
  const part = new Part(name);
  open(clock).file.keep(part);
  return part;
}

describe('what is to outlive a restart', () => {
  test('is written within a fifth of a second of a change, once for many, and found again [promise:health-kept]', () => {
    const { file, clock } = open();
    const part = new Part('one', { a: 1 });
    file.keep(part);
    for (let turn = 0; turn < 50; turn++) file.changed();
    expect(part.asked).toBe(0);
    clock.advance(200);
    expect(part.asked).toBe(1);
    const later = new HeldClock(clock.now() + 5000);
    const again = found('one', later);
    expect(again.value).toEqual({ a: 1 });
    expect(again.age).toEqual({ writtenAt: clock.now(), now: later.now() });
  });

  test('can take its time, and a sooner wish wins', () => {
    const { file, clock } = open();
    const part = new Part('one', 1);
    file.keep(part);
    file.changed(60_000);
    clock.advance(1000);
    file.changed();
    file.changed(60_000);
    clock.advance(200);
    expect(part.asked).toBe(1);
    clock.advance(120_000);
    expect([part.asked, clock.timers]).toEqual([1, 0]);
  });

  test('is kept part by part: what this version does not know stays', () => {
    const first = open();
    first.file.keep(new Part('mine', 1));
    first.file.keep(new Part('of another version', 2));
    first.file.changed();
    first.file.flush();
    const second = open();
    second.file.keep(new Part('mine', 3));
    second.file.changed();
    second.file.flush();
    expect([found('mine').value, found('of another version').value]).toEqual([1, 2]);
  });

  test.skipIf(process.platform === 'win32')(
    'can be read by nobody else, also where a link lay in wait',
    () => {
      const elsewhere = join(home, 'elsewhere');
      writeFileSync(elsewhere, 'untouched');
      symlinkSync(elsewhere, `${path}.${process.pid}`);
      const { file } = open();
      file.keep(new Part('one', 1));
      file.changed();
      file.flush();
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(elsewhere, 'utf8')).toBe('untouched');
    },
  );
});

describe('a file that cannot be used', () => {
  test.each([
    ['cut off', '{"version":1,"parts":{"one"'],
    ['of another version', '{"version":99,"parts":{"one":1}}'],
    ['no object', '[]'],
    ['binary', '\0\0\0'],
    ['empty', ''],
  ])('because it is %s is set aside, and that is said', (_, text) => {
    writeFileSync(path, text);
    const { file, lines } = open();
    const part = new Part('one', 'fresh');
    file.keep(part);
    expect(part.value).toBe('fresh');
    expect(lines).toEqual(['warn health-set-aside']);
    expect(readFileSync(`${path}.set-aside`, 'utf8')).toBe(text);
    file.changed();
    file.flush();
    expect(found('one').value).toBe('fresh');
  });

  test('because it is a directory or a link is set aside too', () => {
    mkdirSync(path);
    expect(open().lines).toEqual(['warn health-set-aside']);
    rmSync(`${path}.set-aside`, { recursive: true });
    symlinkSync('/dev/zero', path);
    expect(open().lines).toEqual(['warn health-set-aside']);
  });
});

test('a disk that takes nothing is said once, and nothing else comes of it', () => {
  const { file, lines, clock } = open();
  rmSync(home, { recursive: true });
  const part = new Part('one', 0);
  file.keep(part);
  for (let turn = 1; turn <= 3; turn++) {
    part.value = turn;
    file.changed();
    clock.advance(1000);
  }
  expect(lines).toEqual(['warn health-not-written']);
  mkdirSync(home);
  part.value = 4;
  file.changed();
  clock.advance(1000);
  expect(found('one').value).toBe(4);
});
