import type { CallPart, Loss, Part, ResultPart, TextPart, Turn } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { AskedConversation } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { PartList } from '../hub/carry.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { foldAnswer } from '../hub/fold.ts';
import { readAnnotation } from './annotations.ts';
import { type Content, decodeContent } from './decode-content.ts';
import { DeltaReader } from './delta-reader.ts';
import { keptState, unsealDetail } from './kept-state.ts';

/** The turns of a request; a fault when they cannot be read. */
export function decodeMessages(
  request: JsonView,
  asked: AskedConversation,
  losses: Set<Loss>,
): Outcome<Turn[], Fault> {
  const messages = request.get('messages');
  if (messages?.kind !== 'array')
    return failed(fault('bad_request', '"messages" is missing; a list of messages was expected'));
  const reader = new MessageReader(asked, losses);
  const turns: Turn[] = [];
  for (const [place, message] of messages.items().entries()) {
    const turn = reader.read(message, place);
    if (!turn) return failed(fault('bad_request', complaint(message, place)));
    turns.push(turn);
  }
  return ok(turns);
}

function complaint(message: JsonView, place: number): string {
  const role = message.get('role');
  if (message.kind !== 'object') return `messages[${place}] is no object`;
  if (!role) return `messages[${place}] has no role`;
  return `messages[${place}] has a role that is not known: ${role.text.slice(0, 64)}`;
}

class MessageReader {
  readonly #asked: AskedConversation;
  readonly #losses: Set<Loss>;
  /** Results of the way of before 2023 have the function's name, no id. */
  readonly #lastOf = new Map<string, string>();

  constructor(asked: AskedConversation, losses: Set<Loss>) {
    this.#asked = asked;
    this.#losses = losses;
  }

  read(message: JsonView, place: number): Turn | undefined {
    const role = message.string('role');
    if (role === 'system' || role === 'developer' || role === 'user') {
      if (message.get('name')) this.#losses.add(fieldLoss('name'));
      return { role, parts: decodeContent(message, this.#losses) };
    }
    if (role === 'assistant') return { role, parts: this.#assistant(message, place) };
    if (role === 'tool') return this.#result(message, message.string('tool_call_id') ?? '');
    if (role === 'function')
      return this.#result(message, this.#lastOf.get(message.string('name') ?? '') ?? '');
    return undefined;
  }

  #result(message: JsonView, id: string): Turn {
    const name = message.string('name');
    const content = decodeContent(message, this.#losses);
    const cache = content.at(-1)?.cache;
    const part: ResultPart = { kind: 'result', id, ...(name !== undefined && { name }), content };
    if (!cache) return { role: 'user', parts: [part] };
    // The mark stands behind the result as a whole.
    return { role: 'user', parts: [{ ...part, content: content.map(withoutMark), cache }] };
  }

  /** A message has its parts in fields, without an order: first what was thought, then what was said, then the calls. */
  #assistant(message: JsonView, place: number): Part[] {
    const list = new PartList();
    const calls = this.#calls(message, place);
    const kept = keptState(message, calls, this.#asked);
    if (kept.thoughts.length > 0) list.carry(kept.thoughts);
    else for (const thought of thoughtsOf(message)) list.add(thought);
    for (const part of this.#said(message)) list.add(part);
    list.carry(kept.ofText);
    for (const call of calls) {
      list.carry(kept.ofCall.get(call.id) ?? []);
      list.add(call);
    }
    if (message.get('audio')) this.#losses.add('audio');
    return list.parts;
  }

  #said(message: JsonView): Part[] {
    const content = decodeContent(message, this.#losses);
    const citations = message.list('annotations').flatMap((entry) => readAnnotation(entry.value()) ?? []);
    const last = content.findLastIndex((part) => part.kind === 'text');
    const said = content.map((part, index): Content =>
      index === last && citations.length > 0 ? withCitations(part, citations) : part,
    );
    return [...said, ...refusalsOf(message)];
  }

  #calls(message: JsonView, place: number): CallPart[] {
    const calls = message.list('tool_calls').map((call, index) => readCall(call, `call_${place}_${index}`));
    const old = message.get('function_call');
    if (old && calls.length === 0) calls.push(readCall(old, `call_${place}`));
    for (const { name, id } of calls) this.#lastOf.set(name, id);
    return calls;
  }
}

function withoutMark(part: Content): Content {
  const { cache: _, ...bare } = part;
  return bare;
}

function withCitations(part: Content, citations: NonNullable<TextPart['citations']>): Content {
  return part.kind === 'text' ? { ...part, citations } : part;
}

function refusalsOf(message: JsonView): Part[] {
  const parts = (message.get('content')?.items() ?? []).filter((part) => part.string('type') === 'refusal');
  const texts = [message, ...parts].map((holder) => holder.string('refusal') ?? '');
  return texts.filter((text) => text !== '').map((text) => ({ kind: 'refusal', text }));
}

function readCall(call: JsonView, otherwise: string): CallPart {
  const custom = call.get('custom');
  const isCustom = custom !== undefined && (custom.string('name') ?? '') !== '';
  const inner = isCustom ? custom : (call.get('function') ?? call);
  const given = inner.get(isCustom ? 'input' : 'arguments');
  const id = call.string('id') ?? '';
  const extra = call.get('extra_content');
  return {
    kind: 'call',
    id: id === '' ? otherwise : id,
    name: inner.string('name') ?? '',
    // Some clients give the arguments as an object.
    arguments: given?.asString() ?? given?.text ?? '',
    ...(isCustom && { custom: true }),
    ...(extra?.kind === 'object' && {
      opaque: [{ format: 'openai-chat', kind: 'signature', data: extra.text }],
    }),
  };
}

/** What the model thought, in whichever field its host put it; read as it would be from the answer. */
function thoughtsOf(message: JsonView): Part[] {
  const content = message.get('content');
  const inContent = content?.items().some((part) => (part.string('type') ?? 'text') !== 'text') === true;
  const plain = ['reasoning_content', 'reasoning'].filter((name) => message.get(name));
  const details = message.list('reasoning_details').filter((detail) => unsealDetail(detail) === undefined);
  if (plain.length + details.length === 0 && !inContent) return [];
  const delta = {
    ...Object.fromEntries(plain.map((name) => [name, message.get(name)?.value()])),
    reasoning_details: details.map((detail) => detail.value()),
  };
  const reader = new DeltaReader({ format: 'openai-chat' }, false);
  const events = reader.push(inContent ? { ...delta, content: content?.value() } : delta);
  return foldAnswer([...events, ...reader.finish()]).parts.filter(({ kind }) => kind === 'reasoning');
}
