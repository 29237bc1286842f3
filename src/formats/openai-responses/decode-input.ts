import type {
  Loss,
  OpaqueState,
  Part,
  ResultPart,
  TextPart,
  MediaPart,
  Turn,
} from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { ItemRecall } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { PartList, unseal } from '../hub/carry.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { COMPACTION_TRIGGER, SUMMARY_WISH, toldSummary } from './compaction.ts';
import { decodeContent } from './decode-content.ts';
import { flatName } from './namespaces.ts';

type Reader = (input: InputReader, item: JsonView) => void;

/** Turns the items of a request's `input` into turns, in order. */
export class InputReader {
  readonly losses: Set<Loss>;
  readonly #recall: ItemRecall | undefined;
  readonly #turns: Turn[] = [];
  /** The model's turn that is being read: its items come one by one. */
  #said: PartList | undefined;
  /** Or the results that are being read. */
  #heard: ResultPart[] = [];
  /** Why no other provider can go on from here. */
  fault: Fault | undefined;

  constructor(losses: Set<Loss>, recall: ItemRecall | undefined) {
    this.losses = losses;
    this.#recall = recall;
  }

  get turns(): readonly Turn[] {
    this.#endTurn();
    return this.#turns;
  }

  read(item: JsonView): void {
    const type = item.string('type') ?? untypedKind(item);
    const reader = READERS.get(type);
    if (reader) reader(this, item);
    else this.losses.add(/_call$|_output$|^mcp_/.test(type) ? 'server-tool' : fieldLoss(`input.${type}`));
  }

  hear(role: Turn['role'], parts: readonly Part[]): void {
    this.#endTurn();
    if (parts.length > 0) this.#turns.push({ role, parts });
  }

  /** What the model said, thought or called. */
  get said(): PartList {
    if (this.#heard.length > 0) this.#endTurn();
    this.#said ??= new PartList();
    return this.#said;
  }

  /** Results that come one after the other are one turn. */
  hearResult(result: ResultPart): void {
    if (this.#said) this.#endTurn();
    this.#heard.push(result);
  }

  /** An item named by its id alone: known here when it came through gw, else only to the provider that keeps it. */
  readReference(id: string): void {
    const text = this.#recall?.(id);
    const item = text === undefined ? undefined : viewJson(text);
    if (item && item.string('type') !== 'item_reference') {
      this.read(item);
      return;
    }
    const message = `the item ${id} of the conversation is kept by the provider that made it`;
    this.fault ??= fault('untranslatable', message);
  }

  #endTurn(): void {
    const said = this.#said?.parts ?? [];
    if (said.length > 0) this.#turns.push({ role: 'assistant', parts: said });
    if (this.#heard.length > 0) this.#turns.push({ role: 'user', parts: this.#heard });
    this.#said = undefined;
    this.#heard = [];
  }
}

/** Only messages and references may leave their type out (https://platform.openai.com/docs/api-reference/responses). */
function untypedKind(item: JsonView): string {
  if (item.get('role')) return 'message';
  return item.get('id') ? 'item_reference' : '';
}

const ROLES: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['system', 'system'],
  ['developer', 'developer'],
]);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['message', readMessage],
  ['function_call', readCall],
  ['custom_tool_call', readCustomCall],
  ['function_call_output', readResult],
  ['custom_tool_call_output', readResult],
  ['reasoning', readReasoning],
  ['item_reference', (input, item) => input.readReference(item.string('id') ?? '')],
  ['compaction', readCompaction],
  ['compaction_summary', readCompaction],
  [COMPACTION_TRIGGER, (input) => input.hear('user', [{ kind: 'text', text: SUMMARY_WISH }])],
  // The tools in it are read with the others.
  ['additional_tools', () => {}],
]);

function readMessage(input: InputReader, item: JsonView): void {
  const content = decodeContent(item.get('content'), input.losses);
  const role = item.string('role') ?? '';
  if (role === 'assistant') {
    for (const part of content) input.said.add(part);
    return;
  }
  const known = ROLES.get(role);
  if (!known) input.losses.add(fieldLoss('input.role'));
  input.hear(known ?? 'user', content);
}

function readCall(input: InputReader, item: JsonView): void {
  const namespace = item.string('namespace');
  input.said.add({
    kind: 'call',
    id: callIdOf(item),
    name: flatName({ name: item.string('name') ?? '', ...(namespace !== undefined && { namespace }) }),
    arguments: item.string('arguments') ?? '',
  });
}

function readCustomCall(input: InputReader, item: JsonView): void {
  const namespace = item.string('namespace');
  input.said.add({
    kind: 'call',
    id: callIdOf(item),
    name: flatName({ name: item.string('name') ?? '', ...(namespace !== undefined && { namespace }) }),
    arguments: item.string('input') ?? '',
    custom: true,
  });
}

function readResult(input: InputReader, item: JsonView): void {
  const output = item.get('output');
  // Older Codex: `{content, success}`.
  const content = output?.kind === 'object' ? output.get('content') : output;
  const failed = output?.kind === 'object' && output.flag('success') === false;
  input.hearResult({
    kind: 'result',
    id: callIdOf(item),
    content: decodeContent(content, input.losses).filter(isResultContent),
    ...(failed && { isError: true }),
  });
}

function isResultContent(part: Part): part is TextPart | MediaPart {
  return part.kind === 'text' || part.kind === 'media';
}

function callIdOf(item: JsonView): string {
  return item.string('call_id') ?? item.string('id') ?? 'call';
}

function readReasoning(input: InputReader, item: JsonView): void {
  const content = textsOf(item.list('content'));
  const summary = textsOf(item.list('summary'));
  const text = content === '' ? summary : content;
  const slot = item.string('encrypted_content');
  const carried = slot === undefined ? undefined : unseal(slot);
  if (carried) {
    input.said.carry(carried, text);
    return;
  }
  if (text === '' && slot === undefined) {
    input.losses.add('reasoning');
    return;
  }
  const opaque = slot === undefined ? [] : statesOf(slot, item.string('id'));
  input.said.add({
    kind: 'reasoning',
    text,
    ...(content === '' && summary !== '' && { summary: true }),
    ...(opaque.length > 0 && { opaque }),
  });
}

function statesOf(slot: string, id: string | undefined): OpaqueState[] {
  const encrypted: OpaqueState = { format: 'openai-responses', kind: 'encrypted', data: slot };
  return id === undefined ? [encrypted] : [encrypted, { format: 'openai-responses', kind: 'item', data: id }];
}

/** The texts of a reasoning item's parts; they are paragraphs. */
function textsOf(parts: readonly JsonView[]): string {
  return parts
    .map((part) => part.string('text') ?? '')
    .filter((text) => text !== '')
    .join('\n\n');
}

function readCompaction(input: InputReader, item: JsonView): void {
  const summary = toldSummary(item);
  if (summary !== undefined) {
    input.hear('user', [{ kind: 'text', text: summary }]);
    return;
  }
  input.fault ??= fault(
    'untranslatable',
    'the beginning of the conversation was compacted by its provider, which alone can read it',
  );
}
