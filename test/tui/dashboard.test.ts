import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Chalk } from 'chalk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { connectControl, type Snapshot } from '../../src/control/index.ts';
import { SpendingTally } from '../../src/core/spending.ts';
import { type FeedPorts, type Note, noteText, openNarration, runDashboard } from '../../src/tui/index.ts';
import { startFakeDaemon } from './fake-daemon.ts';
import { BYTES, fakeTerminal } from './fake-terminal.ts';
import { frameOf, stateOf } from './frame.ts';
import { failedOver, healthy, NOON, outage, served, status } from './scenes.ts';

const PATIENCE = { timeout: 10_000, interval: 20 };
let home: string;
let socket: string;
const closing: (() => unknown)[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-dash-'));
  socket = join(home, 'control.sock');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(home, { recursive: true, force: true });
});

async function daemon(snapshot: () => Snapshot) {
  const started = await startFakeDaemon(socket, snapshot);
  closing.push(() => started.close());
  return started;
}

function ports(): FeedPorts {
  return {
    connect: () => connectControl(socket),
    now: () => NOON,
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

function openDashboard(columns: number, rows: number, style = new Chalk({ level: 1 })) {
  const terminal = fakeTerminal(columns, rows);
  const { stdin, stdout } = terminal;
  terminal.screen.write('$ gw dash\n');
  const done = runDashboard({
    ...ports(),
    stdin,
    stdout,
    stderr: stdout,
    style,
    hands: {
      copy: async () => 'by the test',
      save: async (name) => name,
      testRoute: async () => [],
      readSpending: async () => new SpendingTally(NOON).spending,
      readRequest: async () => undefined,
      readCapture: async ({ id }) => ({
        id,
        is: 'missing',
        why: 'bodies are not captured',
        fix: 'gw restart --capture all',
      }),
      priceReplay: async () => undefined,
      replay: async () => ['the same'],
    },
  });
  closing.push(async () => {
    terminal.type('q');
    await done.catch(() => 'said by its test');
  });
  return { ...terminal, done };
}

function shown(scene: Snapshot, columns: number, rows: number, keys: readonly string[] = []): string {
  return frameOf(stateOf(scene, columns, rows, keys))
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

describe('the dashboard on a terminal', () => {
  it('shows what the daemon tells, opens a request, and leaves with a summary and the screen as it was', async () => {
    const gateway = await daemon(healthy);
    const { screen, type, done } = openDashboard(100, 30);
    await vi.waitFor(() => expect(screen.text()).toBe(shown(healthy(), 100, 30)), PATIENCE);
    expect(screen.alternate).toBe(true);

    gateway.tell({ at: NOON, ended: [failedOver(60)] });
    await vi.waitFor(() => expect(screen.text()).toMatch(/REQUESTS.*\n.*↷ failover/), PATIENCE);
    type(BYTES['enter'] ?? '');
    await vi.waitFor(() => expect(screen.text()).toContain('REQUEST 01jz000000000060'), PATIENCE);

    type('q');
    const summary = await done;
    expect(screen.alternate).toBe(false);
    expect(screen.text()).toBe('$ gw dash');
    expect(summary[0]).toBe('Dashboard closed; gw keeps running at http://127.0.0.1:4499.');
    expect(summary[1]).toContain('1 request, 1 served, 1 by failover, 0 failed');
    expect(summary).toHaveLength(4);
  });

  it('survives a restart of the daemon, and keeps what it showed', async () => {
    const first = await startFakeDaemon(socket, healthy);
    const { screen } = openDashboard(100, 30);
    await vi.waitFor(() => expect(screen.text()).toContain('● all up'), PATIENCE);
    await first.close();
    await vi.waitFor(() => expect(screen.text()).toContain('✗ daemon gone, waiting'), PATIENCE);
    expect(screen.text()).toContain('9 of 40');
    await daemon(() => ({ status: status({ version: '0.2.0' }), live: [], recent: [], incidents: [] }));
    await vi.waitFor(() => expect(screen.text()).toContain('gw 0.2.0   ● all up'), PATIENCE);
    expect(screen.text()).toContain('9 of 40');
  });

  it('leaves no trace of other sizes after a storm of resizes', async () => {
    await daemon(outage);
    const { screen, resize, type } = openDashboard(120, 40);
    await vi.waitFor(() => expect(screen.text()).toContain('nobody can serve'), PATIENCE);
    const sizes = [
      [60, 12],
      [200, 60],
      [40, 6],
      [80, 24],
      [140, 36],
      [61, 13],
      [119, 60],
      [59, 11],
      [100, 30],
    ] as const;
    for (const [columns, rows] of sizes) {
      resize(columns, rows);
      await vi.waitFor(() => expect(screen.text()).toBe(shown(outage(), columns, rows)), PATIENCE);
    }
    for (const [columns, rows] of sizes) resize(columns, rows);
    type('j');
    await vi.waitFor(() => expect(screen.text()).toBe(shown(outage(), 100, 30, ['j'])), PATIENCE);
  });

  it('gives the screen back before it tells of a defect in drawing', async () => {
    const style = new Chalk({ level: 1 });
    Object.defineProperty(style, 'dim', {
      get: () => () => {
        throw new Error('a defect');
      },
    });
    const { screen, done } = openDashboard(100, 30, style);
    await expect(done).rejects.toThrow('a defect');
    expect(screen.alternate).toBe(false);
    expect(screen.text()).toBe('$ gw dash');
  });

  it('waits for a daemon that is not there yet', async () => {
    const { screen } = openDashboard(80, 24);
    await vi.waitFor(() => expect(screen.text()).toContain('… waiting for the daemon'), PATIENCE);
    await daemon(healthy);
    await vi.waitFor(() => expect(screen.text()).toContain('● all up'), PATIENCE);
  });
});

describe('without a terminal', () => {
  it('tells what ended, what changed and when the daemon goes and comes', async () => {
    const notes: Note[] = [];
    const first = await startFakeDaemon(socket, healthy);
    const narration = openNarration(ports(), (note) => notes.push(note));
    closing.push(() => narration.close());
    await vi.waitFor(() => expect(notes.length).toBe(1), PATIENCE);
    first.tell({ at: NOON, ended: [served(1), failedOver(2)] });
    first.tell({ at: NOON, status: outage().status });
    await vi.waitFor(() => expect(notes.length).toBe(7), PATIENCE);
    await first.close();
    await vi.waitFor(() => expect(notes.length).toBe(8), PATIENCE);
    await daemon(outage);
    await vi.waitFor(() => expect(notes.length).toBe(9), PATIENCE);
    expect(notes.map(noteText)).toEqual([
      '12:00:00  ● watching   http://127.0.0.1:4499, profile default',
      '11:59:01  ✓ served     gpt-4o by openai/gpt-4o  641ms  first 305ms  tokens 1.2k→340  01jz000000000001',
      '11:59:03  ↷ failover   gpt-4o by groq/llama-3.3-70b-versatile ← openai rate limited  1.84s  first 930ms  tokens 1.2k→340  01jz000000000002',
      '12:00:00  ✗ target     openai/gpt-4o open for 12s: overloaded: 503 The server is overloaded or not ready yet.',
      '12:00:00  ‖ target     groq/llama-3.3-70b-versatile cooling for 47s: rate limited: Rate limit reached',
      '12:00:00  ◐ target     mistral/mistral-large-latest probing: timeout',
      '12:00:00  ▲ problem    the profile on disk has an error, the old one keeps serving (fix: gw config validate)',
      '12:00:00  ✗ gone       daemon gone, waiting for it to come back',
      '12:00:00  ● watching   http://127.0.0.1:4499, profile default',
    ]);
  });
});
