import { describe, expect, test } from 'vitest';

import type { Conversation, Part, Tool } from '../../../src/core/conversation.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { assistant, conversation, encode as encodeFor, system, text, user } from './provider-format.ts';

const format = FORMATS['bedrock-converse'];

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';

function encode(fields: Partial<Conversation>, model = CLAUDE) {
  return encodeFor(format, conversation(fields), { model });
}

const CALL: Part = { kind: 'call', id: 'toolu_1', name: 'weather', arguments: '{"b":1.0,"a":"x"}' };
const TOOL: Tool = {
  name: 'weather',
  description: 'Tells.',
  schema: '{"type":"object","properties":{"2":{},"1":{}}}',
};
const PNG: Part = {
  kind: 'media',
  media: 'image',
  mime: 'image/png',
  source: { is: 'base64', data: 'AAAA' },
};
const PDF: Part = {
  kind: 'media',
  media: 'file',
  name: 'a_b.pdf',
  mime: 'application/pdf',
  source: { is: 'base64', data: 'JVBERi0' },
};

function result(...content: (typeof PNG)[]): Part {
  return {
    kind: 'result',
    id: 'toolu_1',
    content: content.filter((part) => part.kind === 'text' || part.kind === 'media'),
  };
}

describe('a request to Bedrock', () => {
  test('names its model in the path, and what it settles in the body', () => {
    const { path, body, losses } = encode({
      turns: [system(text('Be brief.')), user(text('Hi'))],
      maxOutput: 10,
      temperature: 0.5,
      stop: ['X'],
      stream: true,
    });
    expect(path).toBe('/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream');
    expect(losses).toEqual([]);
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 10, temperature: 0.5, stopSequences: ['X'] },
      additionalModelResponseFieldPaths: ['/delta/stop_sequence'],
    });
    const arn = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc';
    expect(encode({}, arn).path).toBe(
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fabc/converse',
    );
  });

  test('tells calls as objects, byte for byte, and all results before anything else', () => {
    const sent = encode({
      turns: [
        user(text('Weather?')),
        assistant(text('Wait.'), CALL),
        user(text('And now?'), {
          kind: 'result',
          id: 'toolu_1',
          isError: true,
          content: [{ kind: 'text', text: 'No' }],
        }),
      ],
      tools: [TOOL],
    });
    expect(sent.body.messages).toEqual([
      { role: 'user', content: [{ text: 'Weather?' }] },
      {
        role: 'assistant',
        content: [
          { text: 'Wait.' },
          { toolUse: { toolUseId: 'toolu_1', name: 'weather', input: { b: 1, a: 'x' } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'toolu_1', content: [{ text: 'No' }], status: 'error' } },
          { text: 'And now?' },
        ],
      },
    ]);
    expect(sent.text).toContain('"input":{"b":1.0,"a":"x"}');
    expect(sent.text).toContain('"inputSchema":{"json":{"type":"object","properties":{"2":{},"1":{}}}}');
    expect(sent.body.toolConfig.toolChoice).toBeUndefined();
  });

  test('goes on with its own thoughts, and with nobody else’s', () => {
    const own = { format: 'bedrock-converse', provider: 'here', model: 'm' } as const;
    const { body, losses } = encode({
      turns: [
        user(text('Hi')),
        assistant(
          { kind: 'reasoning', text: 'Hm', opaque: [{ ...own, kind: 'signature', data: 'SIG' }] },
          { kind: 'reasoning', text: '', opaque: [{ ...own, kind: 'encrypted', data: 'AQID' }] },
          {
            kind: 'reasoning',
            text: 'Elsewhere',
            opaque: [{ ...own, provider: 'there', kind: 'signature', data: 'X' }],
          },
          text('Hello'),
        ),
        user(text('Go')),
      ],
    });
    expect(body.messages[1].content).toEqual([
      { reasoningContent: { reasoningText: { text: 'Hm', signature: 'SIG' } } },
      { reasoningContent: { redactedContent: 'AQID' } },
      { text: 'Hello' },
    ]);
    expect(losses).toEqual(['reasoning']);
  });

  test('marks what to cache after it, at most four times, and only where the model can', () => {
    const marked = { cache: { ttl: '1h' } };
    const fields = {
      turns: [
        system({ ...text('Be brief.'), ...marked }),
        user({ ...text('1'), cache: {} }, { ...text('2'), ...marked }, { ...text('3'), ...marked }),
      ],
      tools: [{ ...TOOL, ...marked }],
    };
    const { body, losses } = encode(fields);
    const hour = { cachePoint: { type: 'default', ttl: '1h' } };
    expect(body.toolConfig.tools.slice(1)).toEqual([hour]);
    expect(body.system).toEqual([{ text: 'Be brief.' }, hour]);
    expect(body.messages[0].content).toEqual([
      { text: '1' },
      { cachePoint: { type: 'default' } },
      { text: '2' },
      hour,
      { text: '3' },
    ]);
    expect(losses).toEqual(['cache']);
    expect(encode(fields, NOVA).body.toolConfig.tools).toHaveLength(1);
    expect(encode(fields, 'meta.llama4-scout').text).not.toContain('cachePoint');
  });

  test('names documents as it must, no two alike, and has some text beside them', () => {
    const { body } = encode({ turns: [user(PDF, { ...PDF, name: 'a_b.docx' })] });
    expect(body.messages[0].content).toEqual([
      { document: { format: 'pdf', name: 'a-b', source: { bytes: 'JVBERi0' } } },
      { document: { format: 'pdf', name: 'a-b 2', source: { bytes: 'JVBERi0' } } },
      { text: '.' },
    ]);
  });

  test('says what it cannot show', () => {
    const { body, losses } = encode({
      turns: [
        user(
          { kind: 'media', media: 'image', source: { is: 'url', url: 'https://example.com/a.png' } },
          { kind: 'media', media: 'image', mime: 'image/png', source: { is: 'url', url: 's3://b/a.png' } },
          { kind: 'media', media: 'audio', source: { is: 'base64', data: 'AA' } },
          { kind: 'media', media: 'video', mime: 'video/mp4', source: { is: 'base64', data: 'AA' } },
          {
            kind: 'media',
            media: 'file',
            mime: 'application/zip',
            name: 'a.zip',
            source: { is: 'base64', data: 'AA' },
          },
        ),
      ],
    });
    expect(losses).toEqual(['audio', 'file', 'url', 'video']);
    expect(body.messages[0].content[1]).toEqual({
      image: { format: 'png', source: { s3Location: { uri: 's3://b/a.png' } } },
    });
    expect(
      encode(
        {
          turns: [
            user({ kind: 'media', media: 'video', mime: 'video/mp4', source: { is: 'base64', data: 'AA' } }),
          ],
        },
        NOVA,
      ).losses,
    ).toEqual([]);
  });

  test('puts a message of the model between results and what may not stand beside them', () => {
    const turns = [user(text('Hi')), assistant(CALL), user(result(), text('And?'))];
    const roles = (model: string, ...more: Part[]) =>
      encode({ turns: [...turns.slice(0, 2), user(result(), text('And?'), ...more)], tools: [TOOL] }, model)
        .body.messages.slice(2)
        .map(
          ({ role, content }: { role: string; content: object[] }) =>
            `${role} ${content.flatMap(Object.keys).join('+')}`,
        );
    expect(roles(CLAUDE)).toEqual(['user toolResult+text']);
    expect(roles(CLAUDE, PDF)).toEqual(['user toolResult', 'assistant text', 'user text+document']);
    expect(roles('meta.llama4-scout')).toEqual(['user toolResult', 'assistant text', 'user text']);
    expect(roles(NOVA, PDF)).toEqual(['user toolResult+text+document']);
  });

  test('has pictures in the answer of a tool where the model looks there, else behind it', () => {
    const turns = [user(text('Hi')), assistant(CALL), user(result(text('This'), PNG))];
    const inside = encode({ turns, tools: [TOOL] });
    expect(
      inside.body.messages[2].content[0].toolResult.content.map((block: object) => Object.keys(block)[0]),
    ).toEqual(['text', 'image']);
    const beside = encode({ turns, tools: [TOOL] }, 'moonshot.kimi-k2-thinking');
    expect(beside.body.messages[2].content.map((block: object) => Object.keys(block)[0])).toEqual([
      'toolResult',
      'text',
      'image',
    ]);
    expect(beside.losses).toContain('result-media');
  });

  test('never has calls without tools, which is refused, but tells the model not to call', () => {
    const turns = [user(text('Hi')), assistant(CALL), user(result()), user(text('Sum it up'))];
    const { body, losses } = encode({ turns });
    expect(body.toolConfig.tools).toEqual([
      { toolSpec: { name: 'weather', inputSchema: { json: { type: 'object', properties: {} } } } },
    ]);
    expect(body.system).toEqual([{ text: 'Answer without calling any tool.' }]);
    expect(losses).toEqual(['tool-choice']);
    const none = encode({ tools: [TOOL], toolChoice: { mode: 'none' } });
    expect(none.body.toolConfig).toBeUndefined();
    expect(none.losses).toEqual([]);
  });

  test.each([
    [CLAUDE, { mode: 'required' }, { any: {} }, []],
    [CLAUDE, { mode: 'required', names: ['weather'] }, { tool: { name: 'weather' } }, []],
    [CLAUDE, { mode: 'auto' }, undefined, []],
    ['meta.llama4-scout', { mode: 'required' }, undefined, ['tool-choice']],
  ] as const)('to %s chooses among tools by %j', (model, toolChoice, told, losses) => {
    const sent = encode({ tools: [TOOL, { name: 'other' }], toolChoice }, model);
    expect(sent.body.toolConfig.toolChoice).toEqual(told);
    expect(sent.losses).toEqual(losses);
  });

  test('is begun and ended by the user where the model wants that', () => {
    const turns = [assistant(text('Hello ')), user(text('Hi')), assistant(text('I am '))];
    const roles = (model: string) =>
      encode({ turns }, model).body.messages.map(({ role }: { role: string }) => role);
    expect(roles(CLAUDE)).toEqual(['assistant', 'user', 'assistant']);
    expect(roles(NOVA)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
    expect(encode({ turns }).body.messages[2].content).toEqual([{ text: 'I am' }]);
    expect(encode({ turns }, NOVA).losses).toEqual(['prefill']);
    expect(encode({ turns: [system(text('Only this.'))] }).body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Only this.' }] }],
    });
  });
});
