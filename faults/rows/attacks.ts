import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RawCall } from '../../test/flow/raw-client.ts';
import { ask, CALLER_FORMATS, requestFor } from '../asking.ts';
import { type Gateway, profileOf } from '../gateway.ts';
import { forEach, times } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import { Tally } from '../tally.ts';

const CANARIES = {
  'a provider’s key': 'sk-canary-provider-7Qx2Lm9Zt4Vb',
  'the caller’s key': 'sk-canary-caller-5Rw8Kp3Ny6Hc',
  'the local token': 'gw-canary-token-9Js1Df7Gu2Xe',
};

const MISHAPS = [
  '',
  '!401',
  '!503',
  '!reset@accept',
  '!html-200',
  '!cut@token=4',
  '!429;retry-after=1',
  '!error-in-200',
  '!endless-headers',
];

const canaries: MeasuredRow = {
  id: 'secrets',
  family: 'security',
  promise:
    'No key and no token appears in the log, the database, an error, an answer, or what any command prints, plain or encoded.',
  how: 'three canaries sent through good answers and every kind of failure, at the most talkative log level, with capture on; then every file and every command’s output is searched, in plain, base64, hex and percent-encoded form',
  pace: 'works',
  async run(scene) {
    const upstream = await scene.upstream();
    const options = {
      providers: { first: { origin: upstream.origin, keys: [{ env: 'CANARY_PROVIDER' }] } },
      routes: { main: { match: ['*'], targets: ['first'] } },
    };
    const gateway = await scene.gateway({
      ...options,
      settings: { listen: { port: 0, token: { env: 'CANARY_TOKEN' } } },
      flags: ['--capture', 'all'],
      env: { CANARY_PROVIDER: CANARIES['a provider’s key'], CANARY_TOKEN: CANARIES['the local token'] },
    });
    const told: string[] = [];
    const cases = CALLER_FORMATS.flatMap((format) =>
      [...MISHAPS, 'nobody'].map((mishap) => ({ format, mishap })),
    );
    await forEach(cases, 10, async ({ format, mishap }) => {
      const token = mishap === 'nobody' ? CANARIES['the caller’s key'] : CANARIES['the local token'];
      const headers = {
        authorization: `Bearer ${token}`,
        'x-api-key': CANARIES['the caller’s key'],
        'x-goog-api-key': CANARIES['the caller’s key'],
      };
      const answer = await ask(gateway.port, {
        format,
        model: `m${mishap}`,
        stream: told.length % 2 === 0,
        headers,
      });
      told.push(answer.raw.toString('latin1'));
    });
    await gateway.call('flush', {});
    const printed = await printEverything(gateway);
    const tally = new Tally();
    const places = [...filesOf(gateway.folder), ...printed, { place: 'an answer', text: told.join('\n') }];
    for (const { place, text } of places) tally.add(hitIn(text, place));
    tally.require(
      told.some((text) => text.includes(' 200 ')),
      'nothing was answered: nothing was shown',
    );
    return tally.finding(`0 hits in ${places.length} files and outputs`.replace('0', String(tally.failures)));
  },
};

async function printEverything(gateway: Gateway): Promise<{ place: string; text: string }[]> {
  const commands = [
    ['status'],
    ['status', '--json'],
    ['requests', '--json'],
    ['why', '--last', '--body'],
    ['why', '--last', '--json'],
    ['failovers', '--json'],
    ['logs', '--json'],
    ['stats', '--json'],
    ['doctor', '--json'],
    ['report'],
    ['provider', 'list', '--json'],
    ['config', 'get'],
  ];
  const printed: { place: string; text: string }[] = [];
  for (const words of commands) {
    const { out, err } = await gateway.run(words);
    printed.push({ place: `gw ${words.join(' ')}`, text: out + err });
  }
  return printed;
}

function filesOf(folder: string): { place: string; text: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return files.map((name) => ({ place: name, text: readFileSync(join(folder, name), 'latin1') }));
}

function hitIn(text: string, place: string): string | undefined {
  for (const [whose, secret] of Object.entries(CANARIES)) {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString('hex');
    // Inside of other base64 the first and last letters depend on their neighbours.
    const inner = [0, 1, 2].map((at) =>
      Buffer.from(`${'x'.repeat(at)}${secret}`)
        .toString('base64')
        .slice(at === 0 ? 0 : 4, -4),
    );
    const percent = [...bytes].map((byte) => `%${byte.toString(16)}`).join('');
    if ([secret, hex, hex.toUpperCase(), percent, ...inner].some((form) => text.includes(form)))
      return `${whose} in ${place}`;
  }
  return undefined;
}

const BROWSERS: readonly (readonly [what: string, bytes: string])[] = [
  [
    'a rebound name',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 2\r\n\r\n{}',
  ],
  [
    'a foreign origin',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: https://evil.example\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  ],
  [
    'a no-cors POST',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-mode: no-cors\r\nsec-fetch-site: cross-site\r\norigin: null\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}',
  ],
  [
    'a preflight',
    'OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: https://evil.example\r\naccess-control-request-method: POST\r\n\r\n',
  ],
  [
    'a page’s GET',
    'GET /v1/files HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\n\r\n',
  ],
  [
    'a WebSocket from a page',
    'GET /v1/realtime HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: https://evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n\r\n',
  ],
];

const CONTROL_PATHS = [
  '/stop',
  '//stop',
  '/control',
  '/v1/..%2Fstop',
  '/%2e%2e/control.sock',
  '/v1/%2F/stop',
  '/../stop',
  '/reload',
];

const pages: MeasuredRow = {
  id: 'browser',
  family: 'security',
  promise:
    'What a page of another site can send is refused with 4xx before any work and without a CORS header, and nothing on the port reaches the control API.',
  how: 'rebound names, foreign origins, no-cors, preflight, WebSocket; and every spelling of a path to the control API',
  pace: 'works',
  async run(scene) {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ providers: { first: upstream } });
    const { instance } = await gateway.status();
    const tally = new Tally();
    for (const [what, bytes] of times(scene.pick(3, 50), () => BROWSERS).flat()) {
      const call = new RawCall(gateway.port, bytes);
      await call.until((received) => received.includes('\r\n\r\n'));
      const said = call.received.toString('latin1');
      call.hangUp();
      const isRefused = /^HTTP\/1\.1 4\d\d/.test(said) && !/access-control-/i.test(said);
      tally.add(isRefused ? undefined : `${what}: ${said.slice(0, 40)}`);
    }
    const asked = upstream.simulator.calls.filter(({ path }) => path !== '/v1/models');
    tally.require(asked.length === 0, `a provider was asked for ${asked[0]?.path}`);
    for (const path of CONTROL_PATHS) {
      const body = JSON.stringify({ id: 1, method: 'stop', params: { drainMs: 0 } });
      const { status } = await new RawCall(gateway.port, { path, body: `${body}\n` }).answer();
      tally.add(status >= 400 && status < 500 ? undefined : `${path}: ${status}`);
    }
    tally.require((await gateway.status()).instance === instance, 'the daemon is another');
    return tally.finding(`${tally.failures} let through, 0 reached a provider`);
  },
};

const mutated: MeasuredRow = {
  id: 'mutated-profile',
  family: 'configuration',
  promise:
    'Whatever happens to the profile file, a reload applies all of it or nothing, the daemon goes on serving, and gw writes nothing into it.',
  how: 'random bytes changed, removed, doubled or cut off in a valid file, each followed by a reload and a request',
  pace: 'works',
  async run(scene) {
    const upstream = await scene.upstream();
    const options = { providers: { first: upstream } };
    const gateway = await scene.gateway(options);
    const whole = JSON.stringify(profileOf(options), null, 1);
    const env = { FAULTS_KEY: gateway.env['FAULTS_KEY'] ?? '' };
    const tally = new Tally();
    let kept = 0;
    const rounds = scene.pick(60, 2000);
    for (let round = 0; round < rounds; round++) {
      const text = mutate(whole, round);
      writeFileSync(gateway.paths.config, text);
      const { problems } = await gateway.call('reload', { env });
      if (problems.length > 0) kept += 1;
      const written = readFileSync(gateway.paths.config, 'utf8');
      // A file that is still right may name another address; what must not happen is no answer, or a crash.
      const { status } = problems.length > 0 ? await ask(gateway.port) : await answerOf(gateway);
      const cause =
        written === text
          ? `${status} after ${problems[0] ?? 'a change that was taken'}`
          : 'gw wrote into the file';
      tally.add(written === text && (problems.length > 0 ? status === 200 : status > 0) ? undefined : cause);
      if (problems.length > 0) continue;
      writeFileSync(gateway.paths.config, whole);
      await gateway.call('reload', { env });
    }
    tally.require(kept > rounds / 2, 'most changes did no harm: nothing was shown');
    return tally.finding(`${kept} refused whole, ${rounds - kept} taken whole`);
  },
};

async function answerOf(gateway: Gateway): Promise<{ status: number }> {
  return new RawCall(gateway.port, { ...requestFor({}), headers: { 'x-gw-timeout': '1s' } }).answer();
}

/** The same change for the same number, so that a failure can be found again. */
function mutate(text: string, seed: number): string {
  const at = (seed * 7919) % text.length;
  const acts = [
    () => text.slice(0, at) + text.slice(at + 1 + (seed % 5)),
    () => text.slice(0, at),
    () => `${text.slice(0, at)}${'{}[],:"x0'.charAt(seed % 9)}${text.slice(at + 1)}`,
    () => text.slice(0, at) + text.slice(at, at + 20) + text.slice(at),
  ];
  return (acts[seed % acts.length] ?? acts[0])?.() ?? text;
}

/** What others try, and what happens to the file that decides. */
export const ATTACK_ROWS: readonly MeasuredRow[] = [canaries, pages];
export const PROFILE_ROWS: readonly MeasuredRow[] = [mutated];
