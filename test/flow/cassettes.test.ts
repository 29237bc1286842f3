import { statSync } from 'node:fs';

import { afterEach, describe, expect, it } from 'vitest';

import { readCassette } from '../../src/cassette/index.ts';
import { startRecording } from '../../src/cli/cassette/recorder.ts';
import { CassetteGround, chat } from './cassette-ground.ts';
import { type Answer, RawCall } from './raw-client.ts';
import { SDK_CALLERS } from './sdk-callers.ts';

const CANARY = 'sk-canary-0123456789abcdef';

let ground: CassetteGround | undefined;

afterEach(async () => {
  await ground?.close();
  ground = undefined;
});

describe('a cassette', () => {
  it.each(SDK_CALLERS)('gives $name the same tool-using conversation again', async (caller) => {
    ground = await CassetteGround.open();
    let heard: unknown;
    const recorded = await ground.record(async (origin) => {
      heard = await caller.open(origin).ask('What is the weather in Paris?');
    });
    expect(recorded).toMatchObject({ leftOut: [], faults: {} });
    expect(recorded.exchanges).toBeGreaterThan(0);
    const asked = ground.simulator.received;
    const { origin, playback } = await ground.serve();
    expect(await caller.open(origin).ask('What is the weather in Paris?')).toEqual(heard);
    expect(playback.played()).toEqual({ hits: recorded.exchanges, misses: 0, missed: [], unused: [] });
    expect(ground.simulator.received).toBe(asked);
  });

  it('gives a stream again byte for byte, and says as gw did who served [promise:cassette-replays]', async () => {
    ground = await CassetteGround.open();
    let before: Answer | undefined;
    await ground.record(async (origin) => {
      before = await chat(origin, 'Hello', { stream: true });
    });
    const { origin } = await ground.serve();
    const after = await chat(origin, 'Hello', { stream: true });
    expect(after.bytes).toEqual(before?.bytes);
    expect(after.headers['content-type']).toBe(before?.headers['content-type']);
    expect(after.headers['x-gw-provider']).toBe('first');
    expect(after.whole).toBe(true);
  });

  it('is for its owner alone, has no credential of the caller, and no id of a request [promise:cassette-no-secret]', async () => {
    ground = await CassetteGround.open();
    let id = '';
    await ground.record(async (origin) => {
      const said = `my key is ${CANARY}, or ${Buffer.from(`:${CANARY}`).toString('base64')}, of jo@example.com`;
      const more = { user: 'jo', metadata: { note: encodeURIComponent(CANARY) } };
      const answer = await chat(origin, said, more, {
        authorization: `Bearer ${CANARY}`,
        cookie: 'a=b-c-d-e-f',
      });
      id = answer.headers['x-gw-request-id'] ?? '';
    });
    const text = ground.text;
    const secrets = [
      CANARY,
      Buffer.from(CANARY).toString('base64').slice(4, 20),
      'jo@example.com',
      '"jo',
      'b-c-d-e-f',
      id,
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).toContain('[secret]');
    expect(text).toContain('[mail]');
    if (process.platform !== 'win32') expect(statSync(ground.file).mode & 0o777).toBe(0o600);
  });

  it('finds the answer whatever the order of fields, the ids, the dates and the user', async () => {
    ground = await CassetteGround.open();
    const at = (date: string, id: string) => `It is ${date}. Job ${id}.`;
    await ground.record((origin) =>
      chat(origin, at('2026-01-02T03:04:05Z', '0189e4a2-1111-4222-8333-444455556666'), {
        temperature: 0,
        user: 'a',
        seed: 1,
      }),
    );
    const { origin } = await ground.serve();
    const content = at('2027-11-12', 'ffffe4a2-1111-4222-8333-444455556666');
    expect((await chat(origin, content, { seed: 1, user: 'b', temperature: 0 })).status).toBe(200);
  });

  it('gives repeated requests their answers in order, then refuses when strict and repeats the last when not', async () => {
    ground = await CassetteGround.open();
    const texts: string[] = [];
    await ground.record(async (origin) => {
      texts.push((await chat(origin, 'Again')).text);
      ground?.simulator.setFault('400');
      texts.push((await chat(origin, 'Again')).text);
    });
    const strict = await ground.serve(true);
    const lenient = await ground.serve(false);
    for (const text of texts) {
      expect((await chat(strict.origin, 'Again')).text).toBe(text);
      expect((await chat(lenient.origin, 'Again')).text).toBe(text);
    }
    const refused = await chat(strict.origin, 'Again');
    expect(refused.status).toBe(501);
    expect(refused.text).toContain('recorded 2 times');
    expect((await chat(lenient.origin, 'Again')).text).toBe(texts[1]);
  });

  it('shows for what was not recorded how it differs from the nearest request, and that another try is no use', async () => {
    ground = await CassetteGround.open();
    await ground.record(async (origin) => {
      await chat(origin, 'Something else altogether', { temperature: 1 });
      await chat(origin, 'Tell me of cats');
    });
    const { origin, playback } = await ground.serve();
    const missed = await chat(origin, 'Tell me of dogs');
    expect(missed.status).toBe(501);
    expect(missed.headers['x-should-retry']).toBe('false');
    expect(missed.text).toContain('number 2');
    expect(missed.text).toContain('messages[0].content');
    expect(playback.played()).toMatchObject({ hits: 0, misses: 1, missed: [{ nearest: { number: 2 } }] });
    expect(playback.played().unused).toHaveLength(2);
  });

  it.each([
    ['/v1/chat/completions', { error: { code: 'not_recorded', type: 'server_error' } }],
    ['/v1/responses', { error: { code: 'not_recorded', type: 'server_error' } }],
    ['/v1/messages', { type: 'error', error: { type: 'api_error' }, gw: { fault: 'not_recorded' } }],
    [
      '/v1beta/models/m:generateContent',
      { error: { code: 501, status: 'UNIMPLEMENTED', details: [{ reason: 'NOT_RECORDED' }] } },
    ],
  ])(
    'refuses at %s in the format that is spoken there, saying what to do [promise:cassette-miss-told]',
    async (path, body) => {
      ground = await CassetteGround.open();
      await ground.record((origin) => chat(origin, 'Known'));
      const { origin } = await ground.serve();
      const missed = await fetch(origin + path, { method: 'POST', body: '{"model":"m"}' });
      expect(missed.status).toBe(501);
      const text = await missed.text();
      expect(JSON.parse(text)).toMatchObject(body);
      expect(text).toMatch(/the cassette has no answer to this request: .*\\nfix: record it"/);
    },
  );

  it('passes on what was not recorded, where that is wanted', async () => {
    ground = await CassetteGround.open();
    await ground.record((origin) => chat(origin, 'Known'));
    const { origin, playback } = await ground.serve(false, { origin: ground.address });
    const asked = ground.simulator.received;
    expect((await chat(origin, 'Known')).status).toBe(200);
    expect((await chat(origin, 'New', { stream: true })).whole).toBe(true);
    expect(ground.simulator.received).toBe(asked + 1);
    expect(playback.played()).toMatchObject({ hits: 1, misses: 1, missed: [{ passedOn: true }] });
  });

  it('answers lists of models by itself, and nobody who came under the name of another host', async () => {
    ground = await CassetteGround.open();
    await ground.record((origin) => chat(origin, 'Known'));
    const { origin, playback } = await ground.serve();
    expect(await (await fetch(`${origin}/v1/models`)).json()).toMatchObject({ data: [{ id: 'm' }] });
    expect(playback.played().misses).toBe(0);
    const port = Number(new URL(origin).port);
    const stranger = new RawCall(port, {
      path: '/v1/models',
      method: 'GET',
      headers: { host: 'evil.example' },
    });
    expect((await stranger.answer()).status).toBe(403);
  });
});

describe('a fault in a cassette', () => {
  it('is the same status with the same words and the same time to come back', async () => {
    ground = await CassetteGround.open();
    ground.simulator.setFault('429;retry-after=120');
    let before: Answer | undefined;
    const recorded = await ground.record(async (origin) => {
      before = await chat(origin, 'Hello');
    });
    expect(recorded.faults).toEqual({ status: 1 });
    const { origin } = await ground.serve();
    const after = await chat(origin, 'Hello');
    expect(after.status).toBe(before?.status);
    expect(after.headers['retry-after']).toBe(before?.headers['retry-after']);
    expect(after.json).toBeDefined();
  });

  it('breaks the stream off after the same bytes [promise:cassette-replays]', async () => {
    ground = await CassetteGround.open();
    ground.simulator.setFault('cut@token=5');
    let before: Answer | undefined;
    const recorded = await ground.record(async (origin) => {
      before = await chat(origin, 'Hello', { stream: true });
    });
    expect(before?.whole).toBe(false);
    expect(Object.values(recorded.faults)).toEqual([1]);
    const [exchange] = readCassette(ground.text).exchanges;
    expect(exchange?.answer.ending).toBe('closed');
    const { origin } = await ground.serve();
    const after = await chat(origin, 'Hello', { stream: true });
    expect(after.whole).toBe(false);
    // Of the id that gw gave the request there is only a hash, here as in the header.
    const id = (answer: Answer | undefined) => answer?.headers['x-gw-request-id'] ?? 'none';
    expect(after.text).toBe(before?.text.replaceAll(id(before), id(after)));
    expect(id(after)).toMatch(/^req_[0-9a-f]{12}$/);
  });

  it('lets the caller wait in vain where it had given up', async () => {
    ground = await CassetteGround.open();
    ground.simulator.setFault('stall@token=3');
    const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] });
    const asking = {
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body,
    };
    const recorded = await ground.record(async (origin) => {
      const call = new RawCall(Number(new URL(origin).port), asking);
      await call.untilText('"content"');
      call.hangUp();
    });
    expect(recorded.faults).toEqual({ gone: 1 });
    const { origin } = await ground.serve();
    const again = new RawCall(Number(new URL(origin).port), asking);
    await again.untilText('"content"');
    expect(again.ended).toBe(false);
    again.hangUp();
  });
});

describe('a recording', () => {
  it('takes everything, or what a route serves or a client asks, and ends when it is told to', async () => {
    ground = await CassetteGround.open();
    const daemon = await ground.control();
    const recordings = await Promise.all(
      [{}, { route: 'main' }, { route: 'other' }, { client: 'nobody' }].map((order, index) =>
        startRecording(
          daemon,
          { name: `r${index}`, marked: false, ...order },
          { file: `${ground?.file}.${index}.jsonl`, now: 0 },
        ),
      ),
    );
    await ground.chat();
    const { stopped } = await daemon.call('stop-recording', {});
    expect(stopped).toEqual(['r0', 'r1', 'r2', 'r3']);
    const recorded = await Promise.all(recordings.map(({ over }) => over));
    expect(recorded.map(({ exchanges }) => exchanges)).toEqual([1, 1, 0, 0]);
    daemon.close();
  });

  it('is told by the status, with what it has taken, for as long as it runs [promise:recording-told]', async () => {
    ground = await CassetteGround.open();
    const daemon = await ground.control();
    const said = async () => (await daemon.call('status', {})).recordings;
    expect(await said()).toBeUndefined();
    const recording = await startRecording(
      daemon,
      { name: 'morning', marked: false, route: 'main' },
      { file: ground.file, now: 0 },
    );
    await ground.chat();
    const running = { name: 'morning', marked: false, route: 'main', taken: 1, leftOut: 0 };
    expect(await said()).toEqual([{ ...running, startedAt: expect.any(Number) }]);
    await recording.stop();
    await recording.over;
    expect(await said()).toBeUndefined();
    daemon.close();
  });

  it('goes on with a file that is there', async () => {
    ground = await CassetteGround.open();
    await ground.record((origin) => chat(origin, 'One'));
    await ground.record((origin) => chat(origin, 'Two'));
    expect(readCassette(ground.text).exchanges).toHaveLength(2);
  });
});
