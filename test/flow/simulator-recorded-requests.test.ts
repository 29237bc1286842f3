import { afterEach, describe, expect, test } from 'vitest';

import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';
import { type Exchange, hasRecordings, readRecorded } from './simulator-recordings.ts';

afterEach(closeSimulators);

interface Row {
  readonly api: RegExp;
  /** The makers of the format; other hosts take what these would not. */
  readonly host: RegExp;
  readonly place: (url: URL) => string;
  readonly options?: SimulatorOptions;
}

const asRecorded = ({ pathname }: URL): string => pathname;
const toGoogle = ({ pathname }: URL): string => pathname.slice(pathname.indexOf('/v1'));

const ROWS: readonly Row[] = [
  { api: /^openai\.chat$/, host: /^api\.openai\.com$/, place: () => '/v1/chat/completions' },
  {
    api: /^openai\.chat$/,
    host: /^api\.mistral\.ai$/,
    place: () => '/v1/chat/completions',
    options: { chatRules: 'mistral' },
  },
  { api: /^openai\.responses$/, host: /^api\.openai\.com$/, place: () => '/v1/responses' },
  { api: /^openai\.responses\.\w+$/, host: /^api\.openai\.com$/, place: asRecorded },
  { api: /^openai\.embeddings$/, host: /^api\.openai\.com$/, place: () => '/v1/embeddings' },
  { api: /^anthropic\./, host: /^api\.anthropic\.com$/, place: asRecorded },
  { api: /^vertex\.anthropic$/, host: /./, place: asRecorded },
  { api: /^gemini\./, host: /googleapis/, place: toGoogle },
  { api: /^bedrock\.(?:converse|countTokens)/, host: /amazonaws/, place: asRecorded },
  { api: /^cohere\./, host: /^api\.cohere\.com$/, place: asRecorded },
  { api: /^ollama\.chat$/, host: /./, place: () => '/api/chat' },
];

// State that another made cannot be ours: that it is refused is the point.
const FOREIGN =
  /[Ss]ignature|redacted_thinking|encrypted content|Previous response with id|Item with id|Response with id/;

// Recordings that are not what was sent: ids replaced one by one, a body cut by whoever removed a secret from it.
const DOCTORED =
  /anthropic_completion_tools_call_with_tool_result_stream|test_bedrock_model_other_parameters/;

describe.skipIf(!hasRecordings)('requests that a provider answered', () => {
  const exchanges = hasRecordings ? readRecorded() : [];

  test.each(ROWS)('are taken by the simulator: $api at $host', async (row) => {
    const { origin } = await simulate(row.options);
    const asked = exchanges.filter((one) => row.api.test(one.api) && row.host.test(one.host) && isWhole(one));
    expect(asked.length).toBeGreaterThan(2);
    const refused: string[] = [];
    for (const { id, request } of asked) {
      const answer = await fetch(`${origin}${row.place(new URL(request.url))}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
        body: request.bodyText ?? JSON.stringify(request.body),
      });
      const text = await answer.text();
      if (!answer.ok && !FOREIGN.test(text)) refused.push(`${id}: ${text}`);
    }
    expect(refused).toEqual([]);
  });
});

function isWhole({ id, request, response }: Exchange): boolean {
  const hasBody = request.bodyText !== undefined || request.body !== undefined;
  return response.status === 200 && hasBody && URL.canParse(request.url) && !DOCTORED.test(id);
}
