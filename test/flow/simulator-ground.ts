import OpenAI from 'openai';

import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';

const running: Simulator[] = [];

/** A simulator that listens, with the official SDK pointed at it. */
export async function simulate(options: SimulatorOptions = {}) {
  const simulator = createSimulator(options);
  running.push(simulator);
  const { url, origin, port } = await simulator.listen();
  const client = new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 });
  return { simulator, client, url, origin, port };
}

/** Closes every simulator a test started; for `afterEach`. */
export async function closeSimulators(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}

/** A request without a library. */
export function postTo(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(body) });
}

export const HELLO = [{ role: 'user' as const, content: 'Tell me something.' }];

/** A streamed answer: its chunks, and their text. */
export async function collect(
  client: OpenAI,
  model: string,
  more: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {},
) {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const stream = await client.chat.completions.create({ model, messages: HELLO, stream: true, ...more });
  for await (const chunk of stream) chunks.push(chunk);
  return { chunks, text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('') };
}
