import { rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { bodyLines } from '../../../src/cli/capture/shown.ts';
import { command as requests } from '../../../src/cli/commands/requests.ts';
import { command as why } from '../../../src/cli/commands/why.ts';
import { seeCapture } from '../../../src/cli/dash/see-capture.ts';
import type { Capture } from '../../../src/core/capture.ts';
import { testContext } from '../../cli-context.ts';
import { NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordedHome, runAt } from './recorded-home.ts';
import { failure } from './run-command.ts';

const kept = sampleTrail({ at: NIGHT });
const plain = sampleTrail({ at: NIGHT + 1_000 });
const capture: Capture = {
  head: {
    url: '/v1/chat/completions?beta=1',
    request: {
      headers: [
        ['content-type', 'application/json'],
        ['authorization', 'Bearer [secret …cdef]'],
      ],
      bytes: 13,
      isCut: false,
    },
    answer: { headers: [['content-type', 'text/event-stream']], bytes: 30, isCut: false },
  },
  request: [Buffer.from('{"model":"m"}')],
  answer: [Buffer.from('data: {"a":"\u001b[2J"}\n\ndata: [DONE]\n\n')],
  hidden: [],
};
let home: string;

beforeAll(async () => {
  home = await recordedHome([kept, plain], new Map([[kept.id, capture]]));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const at = NIGHT + 60_000;

describe('gw why --body', () => {
  test('shows headers and bodies after the story, and lets no body reach the terminal raw', async () => {
    const { out } = await runAt(at, why, home, [kept.id], { body: true });
    expect(out).toContain('/v1/chat/completions?beta=1 was sent');
    expect(out).toContain('authorization: Bearer [secret …cdef]');
    expect(out).toContain('  "model": "m"');
    expect(out).toContain('data: [DONE]');
    expect(out).not.toContain('\u001b');
  });

  test('says of a request that was not captured why, and what captures those to come', async () => {
    const { out, err } = await runAt(at, why, home, [plain.id], { body: true });
    expect(out).not.toContain('was sent');
    expect(err).toContain('bodies are captured only where that is asked for');
    expect(err).toContain('gw start --capture all');
  });

  test('puts them into JSON, and null where there are none', async () => {
    const { out } = await runAt(at, why, home, [kept.id], { body: true }, { json: true });
    expect(JSON.parse(out)).toMatchObject({
      id: kept.id,
      captured: { url: '/v1/chat/completions?beta=1', request: { text: '{"model":"m"}', isCut: false } },
    });
    const none = await runAt(at, why, home, [plain.id], { body: true }, { json: true });
    expect(JSON.parse(none.out)).toMatchObject({ captured: null });
  });
});

describe('gw requests --bodies', () => {
  test('adds them to each line of JSON', async () => {
    const { out } = await runAt(at, requests, home, [], { bodies: true }, { json: true });
    const lines = out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).captured?.answer.bytes ?? null)).toEqual([30, null]);
  });

  test('are refused without JSON, with the command that shows them', async () => {
    const error = await failure(runAt(at, requests, home, [], { bodies: true }));
    expect(error.fix).toContain('gw requests --json --bodies');
  });
});

describe('a body on the screen', () => {
  const message = { headers: [['content-type', 'audio/mpeg']], isCut: false } as const;

  test('that is no text is told by its size', () => {
    const body = Buffer.from([0xff, 0xfb, 0x90, 0x00]);
    expect(bodyLines({ ...message, body, bytes: 4 })).toEqual(['(4 bytes of audio/mpeg)']);
  });

  test('that was cut within a character says so, and is still a text', () => {
    const body = Buffer.from('{"a":"ä').subarray(0, 7);
    const lines = bodyLines({ ...message, body, bytes: 2_000_000, isCut: true });
    expect(lines[0]).toBe('{"a":"');
    expect(lines[1]).toContain('2,000,000 bytes in all');
  });
});

describe('a capture in the dashboard', () => {
  test('has of a long body its beginning and its end, and says where the rest is', async () => {
    const trail = sampleTrail({ at: NIGHT + 2_000 });
    const words = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => `word ${index}`));
    const long = { ...capture, request: [Buffer.from(words)] };
    const own = await recordedHome([trail], new Map([[trail.id, long]]));
    const seen = await seeCapture(testContext({ home: own }), trail);
    rmSync(own, { recursive: true, force: true });
    const lines = seen.is === 'found' ? seen.request.lines : [];
    expect(lines.join('').length).toBeLessThan(64 * 1024);
    expect([lines[1], lines.at(-2)]).toEqual(['  "word 0",', '  "word 19999"']);
    expect(lines.join('\n')).toMatch(/lines left out here; all of them: gw why .* --body/);
  });

  test('says why there is none', async () => {
    const seen = await seeCapture(testContext({ home }), plain);
    expect(seen).toMatchObject({ is: 'missing', fix: expect.stringContaining('gw start --capture all') });
  });
});
