import type { Server } from 'node:http';

/** Listens on a free port of loopback, tells the parent which, and ends when the parent does. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}
