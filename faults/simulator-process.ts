// A simulated provider in a process of its own: for rows that measure time while it writes without end.
import { createSimulator } from '../src/simulator/index.ts';

const { port } = await createSimulator({ seed: 7, owner: 'same', keepCalls: 0 }).listen();
process.stdout.write(`${JSON.stringify({ port })}\n`);
// The parent's end of the pipe closing is the signal to go.
process.stdin.on('end', () => process.exit(0)).resume();
