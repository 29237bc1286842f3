import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { isObject, type JsonObject } from '../../../src/lib/expect.ts';
import { fullDocument, newHome, openIn } from './fixtures.ts';

const CANARY = 'sk-canary-0123456789abcdef';

/** Values that are wrong almost everywhere. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e308,
    0.5,
    '',
    ' ',
    '\u0000',
    '../..',
    '10s',
    '*',
    [],
    {},
    [null],
    { env: 'A' },
    CANARY,
  ),
  fc.string({ maxLength: 20 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a.b', 'a/b', 'evil\u001b[31m', CANARY),
  fc.string({ maxLength: 12 }),
);
const step = fc.record({
  at: fc.nat(),
  act: fc.constantFrom('replace', 'remove', 'rename', 'add'),
  key,
  junk,
});

/** Every place in a document where something can be changed. */
function slots(value: unknown, found: { parent: JsonObject | unknown[]; key: string }[] = []) {
  if (isObject(value) || Array.isArray(value)) {
    for (const [name, below] of Object.entries(value)) {
      found.push({ parent: value, key: name });
      slots(below, found);
    }
  }
  return found;
}

function mutate(
  document: JsonObject,
  { at, act, key: name, junk: value }: { at: number; act: string; key: string; junk: unknown },
): void {
  const all = slots(document);
  const slot = all[at % Math.max(1, all.length)];
  if (!slot) return;
  const { parent, key: own } = slot;
  if (Array.isArray(parent)) {
    if (act === 'remove') parent.splice(Number(own), 1);
    else parent[Number(own)] = value;
    return;
  }
  const before = parent[own];
  if (act === 'remove' || act === 'rename') delete parent[own];
  if (act === 'replace') parent[own] = value;
  if (act === 'rename' || act === 'add') {
    Object.defineProperty(parent, name, {
      value: act === 'add' ? value : before,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

it('2,000 mutations of a valid profile: no crash, nothing half applied, nothing written when wrong', async () => {
  const home = newHome();
  const file = openIn(home);
  const valid = `${JSON.stringify(fullDocument(), null, 2)}\n`;
  let refused = 0;
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 3 }), async (steps) => {
      writeFileSync(file.path, valid, { mode: 0o600 });
      let wanted = '';
      const outcome = await file.change((draft) => {
        for (const each of steps) mutate(draft, each);
        wanted = `${JSON.stringify(draft, null, 2)}\n`;
      });
      const stored = readFileSync(file.path, 'utf8');
      if (outcome.is === 'ok') {
        accepted++;
        expect(stored).toBe(wanted);
        expect(file.read()).toMatchObject({ is: 'ok' });
      } else {
        refused++;
        expect(stored).toBe(valid);
        expect(outcome.fault.length).toBeGreaterThan(0);
        expect(JSON.stringify(outcome.fault)).not.toContain(CANARY);
        for (const problem of outcome.fault) expect(problem.message).not.toBe('');
      }
      expect(readdirSync(home)).toEqual(['config.json']);
    }),
    { numRuns: 2000, seed: 4499 },
  );
  expect({ refused: refused > 500, accepted: accepted > 100 }).toEqual({ refused: true, accepted: true });
}, 120_000);

it('2,000 mutations of the text itself: no crash, and the file stays as it is', () => {
  const home = newHome();
  const file = openIn(home);
  const valid = JSON.stringify(fullDocument());
  fc.assert(
    fc.property(
      fc.nat(valid.length),
      fc.nat(6),
      fc.string({ maxLength: 4, unit: 'binary' }),
      (at, drop, insert) => {
        const text = valid.slice(0, at) + insert + valid.slice(at + drop);
        writeFileSync(file.path, text, { mode: 0o600 });
        const outcome = file.read();
        if (outcome.is === 'failed') expect(outcome.fault.length).toBeGreaterThan(0);
        expect(readFileSync(file.path, 'utf8')).toBe(Buffer.from(text).toString());
      },
    ),
    { numRuns: 2000, seed: 4499 },
  );
});
