import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TranslationTarget } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toProvider, toCaller, ...format } = CALLER_FORMATS['anthropic-messages'];

const TARGET: TranslationTarget = { provider: 'p', model: 'm', quirks: [], maxOutput: undefined };

describe('whatever a provider sends', () => {
  it('becomes events in their grammar', () => {
    const type = fc.constantFrom(
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'ping',
      'x',
    );
    const block = fc.record(
      {
        type: fc.constantFrom(
          'text',
          'thinking',
          'tool_use',
          'redacted_thinking',
          'text_delta',
          'input_json_delta',
          'signature_delta',
        ),
        text: fc.oneof(fc.string(), fc.jsonValue()),
        thinking: fc.string(),
        signature: fc.string(),
        data: fc.string(),
        partial_json: fc.string(),
        input: fc.jsonValue(),
        citations: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const event = fc.oneof(
      fc
        .record({ type, index: fc.constantFrom(0, 1), content_block: block, delta: block })
        .map((made) => JSON.stringify(made)),
      fc.string(),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const decoder = toProvider?.decodeStream(TARGET);
        const told = [
          ...events.flatMap((data) => decoder?.push(data, undefined) ?? []),
          ...(decoder?.end() ?? []),
        ];
        let isOpen = false;
        let isStarted = false;
        for (const { is } of told) {
          if (is === 'start') isStarted = true;
          if (is === 'open') expect([isStarted, isOpen]).toEqual([true, false]);
          if (is === 'delta' || is === 'close' || is === 'opaque' || is === 'citation')
            expect(isOpen).toBe(true);
          if (is === 'open') isOpen = true;
          if (is === 'close') isOpen = false;
        }
        expect(told.at(-1)?.is).toMatch(/^(end|error)$/);
      }),
      { numRuns: 500 },
    );
  });

  it('as a whole is read without an accident', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((content) => JSON.stringify({ content: [content], usage: content })),
        ),
        (body) => {
          expect(toProvider?.decodeAnswer(Buffer.from(body), TARGET).at(-1)?.is).toMatch(/^(end|error)$/);
        },
      ),
    );
  });
});

describe('whatever a caller sends', () => {
  const field = fc.constantFrom(
    'model',
    'messages',
    'system',
    'tools',
    'tool_choice',
    'thinking',
    'output_config',
    'metadata',
    'stop_sequences',
    '__proto__',
  );
  const block = fc.dictionary(
    fc.constantFrom(
      'type',
      'text',
      'content',
      'source',
      'input',
      'id',
      'name',
      'signature',
      'data',
      'citations',
    ),
    fc.oneof(
      fc.constantFrom('text', 'thinking', 'tool_use', 'tool_result', 'document', 'Z3cx'),
      fc.jsonValue(),
    ),
  );
  const messages = fc.array(
    fc.record({
      role: fc.constantFrom('user', 'assistant', 'system'),
      content: fc.oneof(fc.string(), fc.array(block)),
    }),
  );
  const body = fc
    .tuple(fc.dictionary(field, fc.jsonValue()), messages)
    .map(([fields, said]) => JSON.stringify({ ...fields, messages: said }));

  it('is read and told to a provider, or refused, without an accident', () => {
    fc.assert(
      fc.property(fc.oneof(body, fc.json(), fc.string()), (text) => {
        const bytes = Buffer.from(text);
        format.readEnvelope('chat', 'application/json', bytes, '/messages');
        toCaller?.restoreState(bytes, TARGET);
        const read = toCaller?.decodeRequest(bytes, { model: 'm', stream: false, recall: () => undefined });
        if (read?.is !== 'ok') return;
        for (const model of ['claude-opus-4-8', 'claude-sonnet-4-5', 'x']) {
          const made = toProvider?.encodeRequest(read.value, { ...TARGET, model });
          expect(() => {
            JSON.parse(made?.body.toString() ?? '');
          }).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('may be nested as deep as JSON can be', () => {
    const deep = `${'{"anyOf":['.repeat(2000)}${']}'.repeat(2000)}`;
    const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const text = `{"messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"f","strict":true,"input_schema":${deep}}],"output_config":{"format":{"schema":${deep}}},"x":${nested}}`;
    const read = toCaller?.decodeRequest(Buffer.from(text), {
      model: 'm',
      stream: false,
      recall: () => undefined,
    });
    if (read?.is !== 'ok') return;
    expect(toProvider?.encodeRequest(read.value, { ...TARGET, model: 'claude-opus-4-8' }).path).toBe(
      '/messages',
    );
  });
});
