import type { Loss, MediaPart, ResultPart, TextPart, Turn } from '../../core/conversation.ts';
import type { CarriedState } from '../../core/format.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { PartList } from '../hub/carry.ts';
import { decodeMedia } from './decode-media.ts';
import { pick, pickList, pickString } from './names.ts';
import { readSignature } from './signatures.ts';

/** A call that may still get its result. */
interface AskedCall {
  readonly id: string;
  readonly name: string;
}

/** Roles as Google takes them; older libraries say `function` for the results of tools. */
const ROLES: Readonly<Record<string, 'user' | 'assistant'>> = {
  user: 'user',
  function: 'user',
  tool: 'user',
  model: 'assistant',
};

/** Parts that only Google's own tools make. */
const SERVER_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

/** Reads the turns of a conversation, in order. */
export class ContentsDecoder {
  readonly turns: Turn[] = [];
  readonly #losses: Set<Loss>;
  readonly #recall: (callId: string) => readonly CarriedState[] | undefined;
  #calls = 0;
  #open: AskedCall[] = [];
  /** The model's turn that is going on: callers keep each chunk of a stream as a turn of its own. */
  #model: PartList | undefined;
  /** Thoughts of that turn that an envelope told already: a later one on the same text repeats them. */
  #told = new Set<string>();

  constructor(losses: Set<Loss>, recall: (callId: string) => readonly CarriedState[] | undefined) {
    this.#losses = losses;
    this.#recall = recall;
  }

  /** Takes the next turn; a role that Google would refuse comes back. */
  push(content: JsonView): string | undefined {
    const given = content.string('role') ?? 'user';
    const role = Object.hasOwn(ROLES, given) ? ROLES[given] : undefined;
    if (!role) return given;
    if (role === 'assistant') this.#pushModel(content);
    else this.#pushUser(content);
    return undefined;
  }

  #pushUser(content: JsonView): void {
    this.#model = undefined;
    const list = new PartList();
    for (const part of pickList(content, 'parts')) {
      const response = pick(part, 'functionResponse');
      const media = decodeMedia(part, this.#losses);
      if (response) list.add(this.#result(response));
      else if (media) list.add(media);
      else this.#pushText(list, part);
    }
    if (list.parts.length > 0) this.turns.push({ role: 'user', parts: list.parts });
  }

  #pushText(list: PartList, part: JsonView): void {
    const text = part.string('text');
    if (text !== undefined) list.add({ kind: 'text', text });
    else this.#noteServerPart(part);
  }

  #pushModel(content: JsonView): void {
    let list = this.#model;
    if (!list) {
      list = new PartList();
      this.#model = list;
      this.#open = [];
      this.#told = new Set();
      this.turns.push({ role: 'assistant', parts: list.parts });
    }
    for (const [index, part] of pickList(content, 'parts').entries())
      this.#pushModelPart(list, part, index === 0);
  }

  /** @param goesOn It may be the next piece of what the turn before it ended with. */
  #pushModelPart(list: PartList, part: JsonView, goesOn: boolean): void {
    const call = pick(part, 'functionCall');
    const text = part.string('text');
    if (call) this.#pushCall(list, part, call);
    else if (text !== undefined && part.flag('thought') === true) pushThought(list, part, text, goesOn);
    else if (text !== undefined) this.#pushSaid(list, part, text, goesOn);
    else {
      const media = decodeMedia(part, this.#losses);
      if (media) list.add(media);
      else this.#noteServerPart(part);
    }
  }

  #pushCall(list: PartList, part: JsonView, call: JsonView): void {
    const id = call.string('id') ?? `call_${this.#calls}`;
    const name = call.string('name') ?? '';
    this.#calls++;
    this.#open.push({ id, name });
    const { native, carried } = readSignature(pickString(part, 'thoughtSignature'));
    const state = carried ?? (native.length === 0 ? this.#recall(id) : undefined);
    if (state) this.#carry(list, state);
    list.add({
      kind: 'call',
      id,
      name,
      arguments: call.get('args')?.text ?? '{}',
      ...(native.length > 0 && { opaque: native }),
    });
  }

  #pushSaid(list: PartList, part: JsonView, text: string, goesOn: boolean): void {
    const { native, carried = [] } = readSignature(pickString(part, 'thoughtSignature'));
    this.#carry(
      list,
      carried.filter(({ on }) => on !== 'text'),
    );
    const last = list.parts.at(-1);
    const isNext = goesOn && last?.kind === 'text' && last.opaque === undefined && native.length === 0;
    if (isNext) list.parts[list.parts.length - 1] = { ...last, text: last.text + text };
    else if (text !== '' || native.length > 0)
      list.add({ kind: 'text', text, ...(native.length > 0 && { opaque: native }) });
    list.carry(carried.filter(({ on }) => on === 'text'));
  }

  #carry(list: PartList, carried: readonly CarriedState[]): void {
    const fresh = carried.filter(
      (state) => state.on !== 'reasoning' || !this.#told.has(JSON.stringify(state)),
    );
    for (const state of fresh) {
      if (state.on !== 'reasoning') continue;
      dropShown(list);
      this.#told.add(JSON.stringify(state));
    }
    list.carry(fresh);
  }

  #result(response: JsonView): ResultPart {
    const name = response.string('name');
    const body = response.get('response');
    const error = body?.get('error');
    const media = pickList(response, 'parts').flatMap((part) => decodeMedia(part, this.#losses) ?? []);
    return {
      kind: 'result',
      id: this.#answer(response.string('id'), name),
      ...(name !== undefined && { name }),
      content: [...resultText(body, error), ...media],
      ...(error && { isError: true }),
    };
  }

  /** Ids are optional: the first call of that name that has no result yet is meant. */
  #answer(id: string | undefined, name: string | undefined): string {
    const byId = id === undefined ? -1 : this.#open.findIndex((call) => call.id === id);
    const at = byId === -1 ? this.#open.findIndex((call) => call.name === name) : byId;
    const [found] = at === -1 ? [] : this.#open.splice(at, 1);
    return found?.id ?? id ?? `result_${this.turns.length}`;
  }

  #noteServerPart(part: JsonView): void {
    if (SERVER_PARTS.some((name) => pick(part, name))) this.#losses.add('server-tool');
  }
}

/** Google's own words: `output` or `error`, else the whole object is the output. */
function resultText(body: JsonView | undefined, error: JsonView | undefined): (TextPart | MediaPart)[] {
  const isWrapped = body !== undefined && body.fields().size === 1;
  const said = error ?? (isWrapped ? body.get('output') : undefined) ?? body;
  return said ? [{ kind: 'text', text: said.asString() ?? said.text }] : [];
}

/** Thoughts come in pieces, and go back without anything to recognise their pieces by. */
function pushThought(list: PartList, part: JsonView, text: string, goesOn: boolean): void {
  const { native } = readSignature(pickString(part, 'thoughtSignature'));
  const last = list.parts.at(-1);
  if (goesOn && native.length === 0 && last?.kind === 'reasoning' && last.opaque === undefined) {
    list.parts[list.parts.length - 1] = { ...last, text: last.text + text };
    return;
  }
  list.add({ kind: 'reasoning', text, ...(native.length > 0 && { opaque: native }) });
}

/** Thoughts that an envelope holds were also shown before it, and must not be told twice. */
function dropShown(list: PartList): void {
  for (let last = list.parts.at(-1); last?.kind === 'reasoning' && last.opaque === undefined;) {
    list.parts.pop();
    last = list.parts.at(-1);
  }
}
