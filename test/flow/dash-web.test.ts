import { afterEach, describe, expect, it } from 'vitest';

import { serveWeb } from '../../src/cli/dash/web.ts';
import { connectControl } from '../../src/control/index.ts';
import { type FeedPorts } from '../../src/tui/index.ts';
import { type TestContext, testContext } from '../cli-context.ts';
import { type DaemonGround, openDaemon } from '../daemon-ground.ts';
import { type Answer, RawCall } from './raw-client.ts';

interface Opened {
  readonly ground: DaemonGround;
  readonly context: TestContext;
  readonly port: number;
  /** The path of the link that was printed. */
  readonly link: string;
  readonly end: () => void;
  readonly running: Promise<void>;
}

const opened: Opened[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) {
    one.end();
    await one.running;
    await one.ground.close();
  }
});

function feedPorts({ paths, clock }: TestContext): FeedPorts {
  return { connect: () => connectControl(paths.socket), now: clock.now, after: clock.after };
}

async function open(more: { readonly json?: boolean } = {}): Promise<Opened> {
  const ground = await openDaemon({ lab: { quirks: ['free'] } });
  const context = testContext({ home: ground.home, ...more });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const running = serveWeb(context, feedPorts(context), { port: 0, ended });
  await expect.poll(() => context.out).not.toBe('');
  const url = new URL(more.json === true ? JSON.parse(context.out).url : context.out.trim());
  const one = {
    ground,
    context,
    port: Number(url.port),
    link: url.pathname + url.search,
    end,
    running,
  };
  opened.push(one);
  return one;
}

function get(page: Opened, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const host = `127.0.0.1:${page.port}`;
  return new RawCall(page.port, { method: 'GET', path, headers: { host, ...headers } }).answer();
}

/** Follows the link as a browser does, and answers with where it led and the cookie it set. */
async function enter(page: Opened): Promise<{ room: string; cookie: string; setCookie: string }> {
  const answer = await get(page, page.link);
  expect(answer.status).toBe(303);
  const setCookie = answer.headers['set-cookie'] ?? '';
  return { room: answer.headers['location'] ?? '', setCookie, cookie: setCookie.split(';')[0] ?? '' };
}

describe('the link to the page', () => {
  it('lets one browser in, once, with a cookie that scripts and other sites do not get', async () => {
    const page = await open();
    const { room, cookie, setCookie } = await enter(page);
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/[\w-]{32}\/$/);
    expect((await get(page, room, { cookie })).status).toBe(200);
    const again = await get(page, page.link);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('prints another');
  });

  it('is not used up by a browser that opens it ahead of time', async () => {
    const page = await open();
    expect((await get(page, page.link, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(403);
    expect((await get(page, page.link)).status).toBe(303);
  });

  it('is on standard output alone, as JSON where that is asked for', async () => {
    const { context } = await open({ json: true });
    expect(JSON.parse(context.out)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/),
    });
  });

  it.each(['/', '/?token=', '/?token=guess', '/index.html'])('is not to be guessed: %s', async (path) => {
    expect((await get(await open(), path)).status).toBe(403);
  });
});

describe('the page', () => {
  it('runs no script but its own, and may not be framed, kept or sniffed', async () => {
    const page = await open();
    const { room, cookie } = await enter(page);
    const [first, second] = [await get(page, room, { cookie }), await get(page, room, { cookie })];
    const policy = first.headers['content-security-policy'] ?? '';
    const nonce = /script-src 'nonce-([\w-]{32})'/.exec(policy)?.[1];
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe');
    expect(first.text.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
    expect(first.text.match(/<style[^>]*>/g)).toEqual([`<style nonce="${nonce}">`]);
    expect(first.text).not.toMatch(/innerHTML|__NONCE__|\sstyle="|\son\w+="/);
    expect(second.headers['content-security-policy']).not.toBe(policy);
    expect(first.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is given to nobody without the cookie, nor are its events and requests', async () => {
    const page = await open();
    const { room } = await enter(page);
    const id = await page.ground.chat();
    for (const path of [room, `${room}events`, `${room}exchange/${id}`]) {
      expect((await get(page, path)).status).toBe(403);
      expect((await get(page, path, { cookie: 'gw-dash=wrong' })).status).toBe(403);
    }
  });

  it.each([
    ['another host name', { host: 'evil.example:80' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another server on this machine', { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s, with the cookie too', async (_, headers) => {
    const page = await open();
    const { room, cookie } = await enter(page);
    expect((await get(page, room, { cookie, ...headers })).status).toBe(403);
    expect((await get(page, page.link, headers)).status).toBe(403);
  });

  it('only reads', async () => {
    const page = await open();
    const { room, cookie } = await enter(page);
    const request = {
      method: 'POST',
      path: room,
      headers: { host: `127.0.0.1:${page.port}`, cookie },
      body: '',
    };
    expect((await new RawCall(page.port, request).answer()).status).toBe(405);
  });

  it('finds one request by its id, and says of others that there is none', async () => {
    const page = await open();
    const { room, cookie } = await enter(page);
    const id = await page.ground.chat();
    const found = await get(page, `${room}exchange/${id}`, { cookie });
    expect(found.json).toMatchObject({ id, outcome: 'served' });
    expect((await get(page, `${room}exchange/nobody`, { cookie })).status).toBe(404);
    expect((await get(page, `${room}../etc/passwd`, { cookie })).status).toBe(404);
  });
});

describe('the events of the page', () => {
  it('begin with all there is, go on with what happens, and end with the command', async () => {
    const page = await open();
    const { room, cookie } = await enter(page);
    const response = await fetch(`http://127.0.0.1:${page.port}${room}events`, { headers: { cookie } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })().catch(() => 'ended');
    await expect.poll(() => text).toContain('event: snapshot');
    expect(text).toContain('"providers"');
    expect(text).not.toContain('"log":');
    const id = await page.ground.chat();
    await expect.poll(() => text).toMatch(new RegExp(`event: delta[^]*"id":"${id}"`));
    page.end();
    await page.running;
    await reading;
    // Nobody listens there any more.
    expect((await get(page, room, { cookie })).status).toBe(0);
  });
});
