import type { Conversation, Loss, Turn } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { AskedConversation } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { decodeConfig } from './decode-config.ts';
import { ContentsDecoder } from './decode-contents.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { camel, pick, pickList, pickString } from './names.ts';

/** Fields that are read here; everything else is a loss under its own name. */
const READ = new Set(['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'model']);
const READ_TOO = new Set(['cachedContent', 'labels', 'serviceTier']);

/** Reads a request for an answer. */
export function decodeRequest(body: Buffer, asked: AskedConversation): Outcome<Conversation, Fault> {
  const view = viewJson(body.toString('utf8').replace(/^\uFEFF/, ''));
  if (view?.kind !== 'object') return failed(fault('bad_request', 'the body is not a JSON object'));
  const losses = new Set<Loss>();
  noteLosses(view, losses);
  const decoder = new ContentsDecoder(losses, (callId) => asked.recall(callId));
  for (const content of pickList(view, 'contents')) {
    const role = decoder.push(content);
    if (role !== undefined)
      return failed(
        fault(
          'bad_request',
          `"contents" has a turn of the role ${JSON.stringify(role)}; it must be user or model`,
        ),
      );
  }
  const turns = decoder.turns.filter(({ parts }) => parts.length > 0);
  if (turns.length === 0) return failed(fault('bad_request', '"contents" must not be empty'));
  return ok({ ...readConversation(view, turns, losses, asked.stream), losses: [...losses].sort() });
}

function readConversation(
  view: JsonView,
  turns: readonly Turn[],
  losses: Set<Loss>,
  stream: boolean,
): Omit<Conversation, 'losses'> {
  const tools = decodeTools(view, losses);
  const toolChoice = decodeToolChoice(view, losses);
  const metadata = readLabels(pick(view, 'labels'));
  const tier = pickString(view, 'serviceTier')?.toLowerCase();
  return {
    turns: [...readSystem(pick(view, 'systemInstruction')), ...turns],
    tools,
    ...(toolChoice && { toolChoice }),
    ...decodeConfig(pick(view, 'generationConfig'), losses),
    ...(metadata && { metadata }),
    ...(tier !== undefined && tier !== 'unspecified' && { tier }),
    stream,
    wantsUsage: true,
  };
}

function noteLosses(view: JsonView, losses: Set<Loss>): void {
  for (const [given, value] of view.fields()) {
    const name = camel(given);
    if (value.text === 'null' || READ.has(name) || READ_TOO.has(name)) continue;
    losses.add(`field:${name}`);
  }
  // The beginning of the prompt is kept at Google: nobody else can read it.
  if (pick(view, 'cachedContent')) losses.add('stored-file');
}

function readSystem(content: JsonView | undefined): Turn[] {
  const bare = content?.asString();
  const texts = bare === undefined ? pickList(content, 'parts').map((part) => part.string('text')) : [bare];
  const parts = texts.flatMap((text) => (text === undefined ? [] : [{ kind: 'text', text } as const]));
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function readLabels(labels: JsonView | undefined): Record<string, string> | undefined {
  const pairs = [...(labels?.fields() ?? [])].flatMap(([name, value]) => {
    const text = value.asString();
    return text === undefined ? [] : [[name, text] as const];
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
