import { type AnswerEvent, LONGEST_ANSWER } from '../../core/answer.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { StreamDecoder, TranslationTarget } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, type JsonObject, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { classifyInside } from '../hub/openai-errors.ts';
import { DeltaReader } from './delta-reader.ts';
import { failureIn, readFinish } from './finish.ts';
import { readSources } from './sources.ts';
import { readUsage } from './usage.ts';

/** A decoder for one stream of chat completion chunks. */
export function decodeStream(target: TranslationTarget): StreamDecoder {
  return new ChunkDecoder(target);
}

/** Chunks, or one whole answer as if it were the only chunk. */
export class ChunkDecoder implements StreamDecoder {
  readonly #delta: DeltaReader;
  #begun = false;
  #over = false;
  #usage = '';
  #finish: string | undefined;

  constructor({ provider, model, quirks }: TranslationTarget) {
    this.#delta = new DeltaReader({ format: 'openai-chat', provider, model }, quirks.includes('think-tags'));
  }

  get isGathering(): boolean {
    return this.#delta.isGathering;
  }

  push(data: string, name: string | undefined): readonly AnswerEvent[] {
    if (this.#over || data.trim() === '') return [];
    if (data.trim() === '[DONE]') return this.close();
    const chunk = parseJson(data);
    return isObject(chunk) ? this.read(chunk, name) : [{ is: 'malformed' }];
  }

  /** Without `[DONE]` (Perplexity, some of Hugging Face) a finish reason says that the answer is whole. */
  end(): readonly AnswerEvent[] {
    if (this.#over) return [];
    if (this.#finish !== undefined) return this.close();
    return this.#fail(fault('upstream_garbled', 'the stream broke off: no finish reason came'));
  }

  read(chunk: JsonObject, name: string | undefined): AnswerEvent[] {
    const error = errorIn(chunk, name);
    if (error !== undefined) return this.#fail(classifyInside(error));
    const { choices } = chunk;
    const choice = firstChoice(choices);
    const events = [...this.#start(chunk, choice !== undefined), ...this.#count(chunk, choice)];
    if (choice !== undefined) events.push(...this.#choose(choice), ...this.#cite(chunk));
    const isSilent = events.length === 0 && !Array.isArray(choices);
    return isSilent ? [{ is: 'ping' }] : events;
  }

  /** The answer is whole. */
  close(): AnswerEvent[] {
    const lost = failureIn(this.#finish);
    if (lost) return this.#fail(lost);
    const events = this.#delta.finish();
    const raw = this.#finish;
    // An end mark after neither content nor a finish reason ends nothing.
    if (raw === undefined && !this.#delta.seen.any)
      return [...events, ...this.#fail(fault('upstream_garbled', 'the answer ended without any content'))];
    this.#over = true;
    const reason = readFinish(raw, this.#delta.seen);
    return [...events, { is: 'finish', reason, ...(raw !== undefined && { raw }) }, { is: 'end' }];
  }

  #start(chunk: JsonObject, hasChoice: boolean): AnswerEvent[] {
    // Azure begins with a chunk that has neither id nor model, only what its filter thinks of the prompt.
    if (this.#begun || !hasChoice) return [];
    this.#begun = true;
    const id = named(chunk, 'id');
    const model = named(chunk, 'model');
    const created = numberField(chunk, 'created');
    const isTime = created !== undefined && Number.isSafeInteger(created) && created > 0;
    return [
      {
        is: 'start',
        ...(id !== undefined && { id }),
        ...(model !== undefined && { model }),
        ...(isTime && { created }),
      },
    ];
  }

  /** In a chunk of its own, with the finish, after it, in all of them, in `x_groq`, or (Moonshot) in the choice. */
  #count(chunk: JsonObject, choice: JsonObject | undefined): AnswerEvent[] {
    const usage: Usage | undefined =
      readUsage(chunk['usage']) ?? readUsage(field(chunk['x_groq'], 'usage')) ?? readUsage(choice?.['usage']);
    if (!usage) return [];
    const said = JSON.stringify(usage);
    if (said === this.#usage) return [];
    this.#usage = said;
    return [{ is: 'usage', usage }];
  }

  #choose(choice: JsonObject): AnswerEvent[] {
    const error = choice['error'];
    if (isObject(error)) return this.#fail(classifyInside(error));
    const reason = stringField(choice, 'finish_reason');
    // Some hosts write an empty one into every chunk.
    if (reason !== undefined && reason !== '') this.#finish = reason;
    const { delta, message } = choice;
    const events = isObject(delta) ? this.#delta.push(delta) : this.#delta.pushWhole(message);
    if (!this.#delta.isTooLong) return events;
    const why = `the sound and pictures of the answer are larger than ${LONGEST_ANSWER} bytes`;
    return [...events, ...this.#fail(fault('upstream_garbled', why))];
  }

  #cite(chunk: JsonObject): AnswerEvent[] {
    const isCited = chunk['search_results'] !== undefined || chunk['citations'] !== undefined;
    return isCited && !this.#over ? this.#delta.cite(readSources(chunk)) : [];
  }

  #fail(why: Fault): AnswerEvent[] {
    this.#over = true;
    return [{ is: 'error', fault: why }];
  }
}

/** Events have no place for a second answer; gw asks for one. */
function firstChoice(choices: unknown): JsonObject | undefined {
  if (!Array.isArray(choices)) return undefined;
  const list: readonly unknown[] = choices;
  return list.filter(isObject).find((choice) => (numberField(choice, 'index') ?? 0) === 0);
}

/** The error a chunk tells of: OpenAI's, an event of that name, or vLLM's `{"object":"error"}`. */
function errorIn(chunk: JsonObject, name: string | undefined): unknown {
  const { error } = chunk;
  if (error !== undefined && error !== null && error !== '') return error;
  return name === 'error' || chunk['object'] === 'error' ? chunk : undefined;
}

function named(chunk: JsonObject, name: string): string | undefined {
  const found = stringField(chunk, name);
  return found === '' ? undefined : found;
}
