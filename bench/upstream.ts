// A fake provider that costs as little as one can: prepared bytes on node:net. What it answers is in the model name:
// `json` (1 KB at once), `events-<count>-<paceMs>` (a stream whose events carry the time they were sent at).
import { createServer, type Socket } from 'node:net';

import { MessageReader, sharedMicroseconds } from './wire.ts';

const ANSWER = prepareAnswer(1024);
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n' +
  'x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const FINISH = event('{}', '"stop"');
const USAGE =
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",' +
  '"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}\n\n';

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
// The parent's end of the pipe closing is the signal to go: nothing is left behind when it dies.
process.stdin.on('end', () => process.exit(0)).resume();

function serve(socket: Socket): void {
  let body = '';
  const reader = new MessageReader('request', {
    head: () => (body = ''),
    body: (bytes) => (body += bytes.toString('latin1')),
    end: () => answer(socket, body),
  });
  socket.on('data', (bytes) => reader.push(bytes));
  // Proxies hang up when they please; a benchmark has nothing to learn from it.
  socket.on('error', () => socket.destroy());
}

function answer(socket: Socket, body: string): void {
  const asked = /"model": ?"(?:[^"]*\/)?events-(\d+)-(\d+)"/.exec(body);
  if (asked) stream(socket, Number(asked[1]), Number(asked[2]), body.includes('"include_usage"'));
  else socket.write(ANSWER);
}

function stream(socket: Socket, count: number, paceMs: number, usage: boolean): void {
  socket.write(STREAM_HEAD + chunk(event('{"role":"assistant","content":""}', 'null')));
  let sent = 0;
  const timer = setInterval(() => {
    if (sent++ < count) {
      socket.write(chunk(event(`{"content":"@${sharedMicroseconds()}@"}`, 'null')));
      return;
    }
    clearInterval(timer);
    socket.write(chunk(`${FINISH}${usage ? USAGE : ''}data: [DONE]\n\n`) + LAST_CHUNK);
  }, paceMs);
  socket.once('close', () => clearInterval(timer));
}

function event(delta: string, finish: string): string {
  return (
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",' +
    `"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}\n\n`
  );
}

/** Everything here is ASCII, so characters are bytes. */
function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function prepareAnswer(bytes: number): Buffer {
  const make = (content: string): string =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'bench',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
    });
  const body = make('x'.repeat(bytes - make('').length));
  return Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n' +
      `content-length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}
