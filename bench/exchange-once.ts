import { connect } from 'node:net';

const BODY = '{"model":"json","messages":[{"role":"user","content":"hello"}]}';
const LIMIT_MS = 2_000;

/** Sends one chat request and answers with the beginning of what came back; empty when nobody answers. */
export function exchangeOnce(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      socket.destroy();
    });
    socket.write(
      'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench\r\n' +
        `content-type: application/json\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
    );
  });
}
