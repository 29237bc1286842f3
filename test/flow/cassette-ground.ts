import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createPlayback, createTap, type Playback, readCassette } from '../../src/cassette/index.ts';
import { readRequest } from '../../src/cli/cassette/reading.ts';
import { type Recorded, startRecording } from '../../src/cli/cassette/recorder.ts';
import { connectControl, type ControlClient } from '../../src/control/index.ts';
import { findPaths } from '../../src/core/paths.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type DaemonGround, openDaemon } from '../daemon-ground.ts';
import { type Answer, RawCall } from './raw-client.ts';

/** A daemon before one simulator, a cassette of what it is asked, and servers of that. */
export class CassetteGround {
  readonly #daemon: DaemonGround;
  readonly #playbacks: Playback[] = [];

  constructor(daemon: DaemonGround) {
    this.#daemon = daemon;
  }

  static async open(): Promise<CassetteGround> {
    return new CassetteGround(await openDaemon({ first: {} }));
  }

  get address(): string {
    return this.#daemon.address;
  }

  get simulator(): ReturnType<DaemonGround['simulator']> {
    return this.#daemon.simulator('first');
  }

  get file(): string {
    return join(this.#daemon.home, 'cassettes', 'test.cassette.jsonl');
  }

  get text(): string {
    return readFileSync(this.file, 'utf8');
  }

  async control(): Promise<ControlClient> {
    const connected = await connectControl(findPaths({ GW_HOME: this.#daemon.home }).socket);
    if (connected.is === 'failed') throw new Error(connected.fault);
    return connected.value;
  }

  /** Records what is asked through a tap, and answers with what became of it. */
  async record(ask: (origin: string) => Promise<unknown>): Promise<Recorded> {
    const daemon = await this.control();
    const recording = await startRecording(
      daemon,
      { name: 'test', marked: true },
      { file: this.file, now: 0 },
    );
    const tap = createTap({ origin: this.address, recording: recording.id }, readRequest);
    await ask(await tap.listen(0));
    await tap.close();
    await recording.stop();
    const recorded = await recording.over;
    daemon.close();
    return recorded;
  }

  /** Serves what was recorded, without waiting. */
  async serve(
    strict = true,
    onward?: { readonly origin: string },
  ): Promise<{ readonly origin: string; readonly playback: Playback }> {
    const playback = createPlayback({
      cassette: readCassette(this.text),
      clock: systemClock,
      speed: 0,
      strict,
      read: readRequest,
      fixOf: () => 'fix: record it',
      ...(onward && { onward }),
    });
    this.#playbacks.push(playback);
    return { origin: await playback.listen(0), playback };
  }

  async close(): Promise<void> {
    await Promise.all(this.#playbacks.map((playback) => playback.close()));
    await this.#daemon.close();
  }

  /** A chat request past every tap. */
  chat(): Promise<string> {
    return this.#daemon.chat();
  }
}

/** Asks in OpenAI's format, over a bare socket. */
export function chat(
  origin: string,
  content: string,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more });
  const port = Number(new URL(origin).port);
  return new RawCall(port, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  }).answer();
}
