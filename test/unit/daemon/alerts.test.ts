import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { afterEach, describe, expect, test } from 'vitest';

import { type AlertSettings, DEFAULT_ALERTS } from '../../../src/core/alerts.ts';
import { type Alert, type AlertSink, joinAlerts, safeAlert } from '../../../src/daemon/alerts/alert.ts';
import { AlertDesk, quietForMs } from '../../../src/daemon/alerts/desk.ts';
import { desktopSink, type Invocation, notification } from '../../../src/daemon/alerts/desktop.ts';
import { WebhookSink } from '../../../src/daemon/alerts/webhook.ts';
import { askOnce } from '../../../src/proxy/index.ts';
import { HeldClock } from './held-clock.ts';

const NOON = new Date(2026, 5, 10, 12).getTime();
const MINUTE = 60_000;

function alert(title: string, change: Partial<Alert> = {}): Alert {
  return { kind: 'failover', title, message: `${title}.`, at: NOON, ...change };
}

function openDesk(settings: Partial<AlertSettings> = {}, at = NOON) {
  const clock = new HeldClock(at);
  const told: Alert[] = [];
  const sink: AlertSink = { name: 'webhook', send: (each) => Promise.resolve(void told.push(each)) };
  const log = { write: () => undefined };
  const desk = new AlertDesk({ settings: { ...DEFAULT_ALERTS, ...settings }, sinks: [sink], clock, log });
  return { desk, clock, told, titles: () => told.map(({ title }) => title) };
}

describe('the desk', () => {
  test('tells the first alert at once and joins those of the next minutes [promise:alerts-quiet]', () => {
    const { desk, clock, titles, told } = openDesk();
    for (const title of ['a', 'b', 'c']) desk.tell(alert(title));
    expect(titles()).toEqual(['a']);
    clock.advance(5 * MINUTE);
    expect(titles()).toEqual(['a', '2 alerts: c']);
    expect(told[1]?.message).toBe('b; c');
    clock.advance(60 * MINUTE);
    expect(told).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  test('keeps kinds apart: an outage does not hide a budget', () => {
    const { desk, titles } = openDesk();
    desk.tell(alert('a'));
    desk.tell(alert('b', { kind: 'budget' }));
    expect(titles()).toEqual(['a', 'b']);
  });

  test('tells nothing of what nobody asked for', () => {
    const { desk, told } = openDesk({ on: ['budget'] });
    desk.tell(alert('a'));
    expect(told).toEqual([]);
  });

  test('keeps quiet in quiet hours, and tells afterwards what happened in them', () => {
    const night = new Date(2026, 5, 10, 23).getTime();
    const { desk, clock, titles } = openDesk({ quiet: { from: 22 * 60, to: 8 * 60 } }, night);
    for (const title of ['a', 'b']) desk.tell(alert(title));
    clock.advance(9 * 60 * MINUTE - 1);
    expect(titles()).toEqual([]);
    clock.advance(1);
    expect(titles()).toEqual(['2 alerts: b']);
  });

  test('sends a test whatever the hour, and answers with what went wrong', async () => {
    const { desk, titles } = openDesk({ quiet: { from: 0, to: 1439 } });
    expect(await desk.test()).toEqual([{ sink: 'webhook' }]);
    expect(titles()).toEqual(['gw: a test']);
  });

  test('holds a bounded number while it may tell none', () => {
    const { desk, clock, told } = openDesk();
    desk.tell(alert('first'));
    for (let count = 0; count < 1_000; count++) desk.tell(alert(`n${count}`));
    clock.advance(5 * MINUTE);
    expect(told[1]).toMatchObject({
      title: '50 alerts: n999',
      message: 'n995; n996; n997; n998; n999; and 45 before',
    });
  });

  test.each([
    [{ from: 22 * 60, to: 8 * 60 }, 21, 59, 0],
    [{ from: 22 * 60, to: 8 * 60 }, 22, 0, 600],
    [{ from: 22 * 60, to: 8 * 60 }, 7, 59, 1],
    [{ from: 22 * 60, to: 8 * 60 }, 8, 0, 0],
    [{ from: 12 * 60, to: 13 * 60 }, 12, 30, 30],
    [{ from: 12 * 60, to: 13 * 60 }, 13, 0, 0],
  ])('knows how long %j last at %i:%i', (quiet, hour, minute, minutes) => {
    expect(quietForMs(quiet, new Date(2026, 5, 10, hour, minute).getTime())).toBe(minutes * MINUTE);
  });
});

describe('the text of an alert', () => {
  test('is one line of bounded length, whatever a name or message holds', () => {
    const { title, message } = safeAlert(alert('a\u001B]0;x\u0007\nb\u202E', { message: 'm'.repeat(5_000) }));
    expect(title).toBe('a·]0;x· b·');
    expect(message).toHaveLength(1_000);
  });

  test('of one alert stays as it is', () => {
    expect(joinAlerts([alert('a')])).toEqual(alert('a'));
  });
});

describe('a desktop notification', () => {
  const evil = alert('"; rm -rf ~; "', { message: '$(id) `id` <b>&' });

  test.each(['darwin', 'win32', 'linux'] as const)(
    'on %s has its text in no script [promise:alerts-safe]',
    (platform) => {
      const { words, env } = notification(platform, evil);
      const script = words.filter(
        (word) => word.includes('display notification') || word.includes('ToastNotification'),
      );
      for (const word of script) expect(word).not.toContain('rm -rf');
      expect([...words, ...Object.values(env ?? {})].filter((word) => word === evil.title)).toHaveLength(1);
    },
  );

  test('on Linux shows what could be markup as it is written', () => {
    expect(notification('linux', evil).words.at(-1)).toBe('$(id) `id` &lt;b&gt;&amp;');
    expect(notification('linux', evil).words).toContain('--');
  });

  test('says once that the program is not there, and tries again only when asked to', async () => {
    const tried: Invocation[] = [];
    const sink = desktopSink('linux', (invocation) => {
      tried.push(invocation);
      return Promise.reject(Object.assign(new Error('spawn notify-send ENOENT'), { code: 'ENOENT' }));
    });
    expect(await sink.send(alert('a'))).toContain('notify-send is not there');
    expect(await sink.send(alert('b'))).toBeUndefined();
    expect(tried).toHaveLength(1);
    expect(await sink.send(alert('c', { kind: 'test' }))).toContain('notify-send is not there');
  });
});

type Answering = (request: IncomingMessage, response: ServerResponse) => void;
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function receiver(answer: Answering) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(JSON.parse(body));
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { bodies, url: `http://127.0.0.1:${address.port}/hook/secret-token` };
}

/** Waits that take no time, noted. */
function hook(url: string) {
  const waits: number[] = [];
  const after = (ms: number, action: () => void): (() => void) => {
    waits.push(ms);
    setImmediate(action);
    return () => undefined;
  };
  const clock = { now: () => NOON, monotonic: () => 0, after };
  const post = (to: string, body: string) =>
    askOnce(
      { method: 'POST', url: to, headers: { 'content-type': 'application/json' }, body },
      () => undefined,
    );
  return { waits, sink: new WebhookSink({ url, post, clock, version: '1.2.3' }) };
}

const status =
  (...codes: readonly number[]): Answering =>
  (_, response) => {
    const left = [...codes];
    response.writeHead(left[0] ?? 200, { location: '/elsewhere' }).end();
  };

describe('a webhook', () => {
  test('is posted JSON with a text that chats show', async () => {
    const { url, bodies } = await receiver(status(200));
    expect(await hook(url).sink.send(alert('a target fails'))).toBeUndefined();
    expect(bodies).toEqual([
      {
        text: 'a target fails: a target fails.',
        event: 'failover',
        title: 'a target fails',
        message: 'a target fails.',
        at: new Date(NOON).toISOString(),
        source: 'gw',
        version: '1.2.3',
      },
    ]);
  });

  test.each([
    ['a server that fails', 500, 3],
    ['one that is asked too often', 429, 3],
    ['one that refuses', 404, 1],
    ['a redirect, which is not followed', 302, 1],
  ])('is tried as often as makes sense: %s', async (_, code, tries) => {
    const { url, bodies } = await receiver(status(code));
    const { sink, waits } = hook(url);
    const problem = await sink.send(alert('a'));
    expect(problem).toContain(String(code));
    expect(problem).not.toContain('secret-token');
    expect(bodies).toHaveLength(tries);
    expect(waits).toEqual([1_000, 5_000].slice(0, tries - 1));
  });

  test('that is not there is told of without its address', async () => {
    const problem = await hook('http://127.0.0.1:9/hook/secret-token').sink.send(alert('a'));
    expect(problem).toBe('ECONNREFUSED');
  });

  test('gets alerts one after the other, and of a flood the latest', async () => {
    const { url, bodies } = await receiver(status(200));
    const { sink } = hook(url);
    const sent = await Promise.all(Array.from({ length: 80 }, (_, index) => sink.send(alert(`n${index}`))));
    expect(sent.filter((problem) => problem !== undefined)).toHaveLength(29);
    expect(bodies).toHaveLength(51);
    expect(bodies.at(-1)).toMatchObject({ title: 'n79' });
  });
});
