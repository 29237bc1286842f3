import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { connectControl } from '../../src/control/index.ts';
import { findPaths } from '../../src/core/paths.ts';
import { openDoor } from '../../src/daemon/data-socket.ts';
import { type DaemonGround, openDaemon } from '../daemon-ground.ts';
import { readExposition } from '../unit/observe/exposition-reader.ts';
import { openCollector, plain } from './collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

let ground: DaemonGround | undefined;

afterEach(async () => {
  await ground?.close();
  ground = undefined;
});

describe('metrics', () => {
  it('are told on the control socket, and Prometheus can read them [promise:metrics-bounded]', async () => {
    ground = await openDaemon({ a: {}, b: {} });
    ground.simulator('a').setFault('503');
    await ground.chat({ stream: true });
    const samples = readExposition(await metricsOf(ground.home));
    const value = (name: string): number => samples.find((each) => each.name === name)?.value ?? Number.NaN;
    expect(value('gw_requests_total')).toBe(1);
    expect(value('gw_failovers_total')).toBe(1);
    expect(value('gw_requests_in_flight')).toBe(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(value('gw_timers')).toBeGreaterThan(0);
    const states = samples.filter(({ name, value: is }) => name === 'gw_breaker_state' && is === 1);
    expect(states.map(({ labels }) => labels['state'])).toEqual(['closed', 'closed']);
  });

  it('are told on the port only when asked for, to whoever may call there', async () => {
    ground = await openDaemon({ a: {} });
    expect((await fetch(`${ground.address}/metrics`)).status).toBe(404);
    await ground.close();
    ground = await openDaemon(
      { a: {} },
      { metrics: { port: true }, listen: { port: 0, token: { value: 'let-me-in' } } },
    );
    expect((await fetch(`${ground.address}/metrics`)).status).toBe(401);
    const told = await fetch(`${ground.address}/metrics`, { headers: { authorization: 'Bearer let-me-in' } });
    expect(told.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(readExposition(await told.text()).length).toBeGreaterThan(5);
    const elsewhere = { authorization: 'Bearer let-me-in', origin: 'http://evil.example' };
    expect((await fetch(`${ground.address}/metrics`, { headers: elsewhere })).status).toBe(403);
  });
});

async function metricsOf(home: string): Promise<string> {
  const connected = await connectControl(findPaths({ GW_HOME: home }).socket);
  if (connected.is === 'failed') throw new Error(connected.fault);
  const { text } = await connected.value.call('metrics', {});
  connected.value.close();
  return text;
}

describe('a trace', () => {
  it('passes through as it came while gw exports none [promise:trace-context]', async () => {
    ground = await openDaemon({ a: {} });
    await ground.chat({}, { traceparent: PARENT, tracestate: 'vendor=1' });
    const [call] = ground.simulator('a').calls;
    expect(call?.headers).toMatchObject({ traceparent: PARENT, tracestate: 'vendor=1' });
  });

  it('has the exchange in it and every attempt below, and nothing that was said [promise:traces-without-content] [promise:trace-context]', async () => {
    const collector = await openCollector();
    ground = await openDaemon({ a: {}, b: {} }, { otel: { enabled: true, endpoint: collector.url } });
    ground.simulator('a').setFault('503');
    await ground.chat(
      { stream: true },
      { traceparent: PARENT, tracestate: 'vendor=1', authorization: 'Bearer sk-mine-123456789' },
    );
    const sent = ground.simulator('b').calls.at(-1)?.headers['traceparent'];
    await ground.close();
    ground = undefined;
    await collector.close();
    const spans = collector.spans();
    const exchange = spans.find(({ kind }) => kind === 2);
    const served = spans.filter(({ kind }) => kind === 3).at(-1);
    expect(exchange).toMatchObject({
      traceId: TRACE,
      parentSpanId: '00f067aa0ba902b7',
      traceState: 'vendor=1',
    });
    expect(exchange?.events?.map(({ name }) => name)).toContain('gw.failover');
    expect(spans.every(({ traceId }) => traceId === TRACE)).toBe(true);
    expect(served?.parentSpanId).toBe(exchange?.spanId);
    expect(sent).toBe(`00-${TRACE}-${served?.spanId}-01`);
    expect(plain(served?.attributes ?? [])).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'b',
      'gen_ai.request.model': 'm',
      'gen_ai.request.stream': true,
      'gen_ai.usage.output_tokens': expect.stringMatching(/^\d+$/) as string,
      'http.response.status_code': '200',
    });
    const all = collector.posted.map(({ text }) => text).join('\n');
    expect(all).not.toContain('Tell me something');
    expect(all).not.toContain('sk-mine');
    expect(all).toContain('gen_ai.client.operation.duration');
    expect(all).toContain('"gw.requests"');
  });

  it('begins at gw where the caller sent none, and is left alone where nobody keeps it', async () => {
    const collector = await openCollector();
    ground = await openDaemon(
      { a: {} },
      { otel: { enabled: true, endpoint: collector.url, metrics: false } },
    );
    await ground.chat();
    const unkept = PARENT.replace(/01$/, '00');
    await ground.chat({}, { traceparent: unkept });
    await ground.chat({}, { traceparent: PARENT.replace(/01$/, '03') });
    const [first, second, third] = ground.simulator('a').calls;
    await ground.close();
    ground = undefined;
    await collector.close();
    expect(first?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(second?.headers['traceparent']).toBe(unkept);
    expect(third?.headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-03$`));
    expect(collector.spans()).toHaveLength(4);
  });

  it('costs callers nothing while the collector is down [promise:collector-down]', async () => {
    const collector = await openCollector();
    await collector.close();
    ground = await openDaemon({ a: {} }, { otel: { enabled: true, endpoint: collector.url } });
    expect(await ground.chat()).not.toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('the Unix socket beside the port', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'gw-door-'));
  });

  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("serves what the port serves, and is its owner's alone [promise:socket-private]", async () => {
    const path = join(home, 'own', 'gw.sock');
    ground = await openDaemon({ a: {} }, { listen: { port: 0, socket: path } });
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(home, 'own')).mode & 0o777).toBe(0o700);
    expect(await askThrough(path, '/v1/models')).toBe(200);
    await ground.close();
    ground = undefined;
    expect(existsSync(path)).toBe(false);
  });

  it('replaces what a dead daemon left, and refuses links, files and directories others may enter', async () => {
    const open = (path: string) => openDoor(path, { home, proxy: { accept() {} }, log: { write() {} } });
    const closed = join(home, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const stale = join(closed, 'stale.sock');
    leaveStale(stale);
    expect(lstatSync(stale).isSocket()).toBe(true);
    const first = await open(stale);
    await expect(open(stale)).rejects.toMatchObject({ why: 'another process listens on it' });
    await first?.close();
    writeFileSync(join(closed, 'file'), 'kept');
    symlinkSync(join(closed, 'file'), join(closed, 'link'));
    await expect(open(join(closed, 'file'))).rejects.toMatchObject({
      why: 'it is there already, and no socket',
    });
    await expect(open(join(closed, 'link'))).rejects.toMatchObject({ why: 'it is a symbolic link' });
    mkdirSync(join(home, 'wide'));
    await expect(open(join(home, 'wide', 's'))).rejects.toMatchObject({
      why: 'others may enter the directory',
    });
    symlinkSync(closed, join(home, 'linked'));
    await expect(open(join(home, 'linked', 's'))).rejects.toMatchObject({
      why: 'the directory is a symbolic link',
    });
    const again = await open('~/closed/again.sock');
    expect(again?.path).toBe(join(home, 'closed', 'again.sock'));
    await again?.close();
  });
});

/** A process that was killed leaves its socket behind. */
function leaveStale(path: string): void {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(spawnSync(process.execPath, ['-e', code]).signal).toBe('SIGKILL');
}

function askThrough(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, headers: { host: 'localhost' } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}
