import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS, FORMATS } from '../../src/formats/index.ts';
import { type Essence, essenceOf } from './essence.ts';
import { bytesOf, hasRecordings, RECORDED, type RecordedExchange, recordedExchanges } from './exchanges.ts';

/** APIs in which the same scenarios were recorded, by the format they are in. */
const TARGETS: Readonly<Record<string, FormatName>> = {
  'openai.responses': 'openai-responses',
  'anthropic.messages': 'anthropic-messages',
  'gemini.generate': 'gemini',
  'gemini.stream': 'gemini',
  'bedrock.converse': 'bedrock-converse',
  'cohere.chat': 'cohere-chat',
};

interface Entry {
  readonly id: string;
  readonly api: string;
  readonly step: number;
}

function groups(): [string, readonly Entry[]][] {
  return ['fantasy', 'pydantic-ai'].flatMap((folder) => {
    const file = join(RECORDED, folder, 'parity.json');
    if (!existsSync(file)) return [];
    const { groups: found } = JSON.parse(readFileSync(file, 'utf8')) as { groups: Record<string, Entry[]> };
    return Object.entries(found);
  });
}

const EXCHANGES = new Map<string, RecordedExchange>(
  hasRecordings
    ? recordedExchanges('openai.chat', ...Object.keys(TARGETS)).map((exchange) => [exchange.id, exchange])
    : [],
);

function requestOf({ request }: RecordedExchange): unknown {
  return JSON.parse(bytesOf(request).toString());
}

/** What gw makes of a caller's request for the provider and model that this was recorded with. */
function translated(source: RecordedExchange, target: RecordedExchange): unknown {
  const format = TARGETS[target.api] ?? 'openai-chat';
  const decoded = CALLER_FORMATS['openai-chat'].toCaller?.decodeRequest(bytesOf(source.request), {
    model: 'm',
    stream: false,
    recall: () => undefined,
  });
  if (decoded?.is !== 'ok') throw new Error('not decoded');
  const inBody = (requestOf(target) as { readonly model?: string }).model;
  const inPath = /models?\/([^:/]+)/.exec(decodeURIComponent(target.request.url))?.[1];
  const model = inBody ?? inPath ?? 'm';
  const made = FORMATS[format].toProvider?.encodeRequest(decoded.value, {
    provider: 'p',
    model,
    quirks: [],
    maxOutput: undefined,
  });
  return JSON.parse(made?.body.toString() ?? '{}');
}

/** What gw says otherwise than both the caller and the other client did, each with its reason. */
const REWORDED: readonly {
  readonly api: RegExp;
  readonly fields: readonly (keyof Essence)[];
  readonly when: (made: Essence) => boolean;
  readonly why: string;
}[] = [
  {
    api: /^anthropic/,
    fields: ['limit'],
    when: ({ limit }) => typeof limit === 'number',
    why: 'Anthropic wants a limit, and the caller named none',
  },
  {
    api: /^anthropic/,
    fields: ['tools', 'choice'],
    when: ({ tools: [tool, ...others], choice }) =>
      tool?.startsWith('gw_answer_as_json:') === true && others.length === 0 && choice === 'some',
    why: 'this model has no answers by a schema, but tools',
  },
  {
    api: /^gemini/,
    fields: ['choice'],
    when: ({ choice }) => choice === 'validated',
    why: 'the caller wants functions to be called to the letter',
  },
  {
    api: /./,
    fields: ['turns'],
    when: ({ turns }) => turns.some((turn) => turn.includes('(a file that could not be passed on)')),
    why: 'a file that is known to its provider alone',
  },
];

describe.skipIf(!hasRecordings)('a scenario recorded with several providers', () => {
  let pairs = 0;
  let likeTheClient = 0;

  for (const [scenario, entries] of groups()) {
    for (const { id, api, step } of entries) {
      const target = api in TARGETS ? EXCHANGES.get(id) : undefined;
      for (const entry of entries.filter((one) => one.api === 'openai.chat' && one.step === step)) {
        const source = EXCHANGES.get(entry.id);
        if (!source || !target) continue;
        it(`${scenario} is asked of ${id} as of ${entry.id}`, () => {
          const made = essenceOf(api, translated(source, target));
          const said = essenceOf('openai.chat', requestOf(source));
          const wanted = essenceOf(api, requestOf(target));
          pairs++;
          if (isDeepStrictEqual(made, wanted)) likeTheClient++;
          for (const field of FIELDS) {
            // Clients of one library differ in what they ask of different providers, and so did the models' turns.
            if (isDeepStrictEqual(made[field], wanted[field])) continue;
            if (REWORDED.some((one) => one.fields.includes(field) && one.api.test(api) && one.when(made)))
              continue;
            expect({ [field]: made[field] }).toEqual({ [field]: said[field] });
          }
        });
      }
    }
  }

  it('is asked as the other client asked in most cases', () => {
    expect(pairs).toBeGreaterThan(3000);
    expect(likeTheClient / pairs).toBeGreaterThan(0.75);
  });
});

const FIELDS = ['system', 'turns', 'tools', 'choice', 'limit'] as const satisfies readonly (keyof Essence)[];
