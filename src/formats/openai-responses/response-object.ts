import type { FinishReason } from '../../core/answer.ts';
import type { AnswerEcho } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { incompleteReason } from './finish.ts';
import { writeUsage } from './usage.ts';

/** How far an answer has come. */
export interface Progress {
  /** The one it has already; absent in an answer that gw names itself. */
  readonly id?: string | undefined;
  readonly model: string | undefined;
  readonly created: number | undefined;
  readonly output: readonly JsonOut[];
  readonly usage: Usage | undefined;
  /** Undefined while it goes on. */
  readonly finish: FinishReason | undefined;
}

/**
 * The response object, which stands in the first events of a stream and in the last. It repeats the whole request, and
 * SDKs demand most of these fields (Open Responses: all of them).
 */
export class ResponseObject {
  readonly #echo: AnswerEcho;
  readonly #repeated: Readonly<Record<string, JsonOut>>;

  constructor(echo: AnswerEcho) {
    this.#echo = echo;
    const repeated = repeat(viewJson(echo.body.toString('utf8')));
    this.#repeated = Object.fromEntries(
      Object.entries(repeated).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, onOneLine(value)] as const],
      ),
    );
  }

  write({ id, model, created, output, usage, finish }: Progress): JsonOut {
    const why = finish && incompleteReason(finish);
    return {
      id: id ?? responseId(this.#echo),
      object: 'response',
      created_at: created ?? this.#echo.created,
      status: finish === undefined ? 'in_progress' : why === undefined ? 'completed' : 'incomplete',
      background: false,
      completed_at: null,
      error: null,
      incomplete_details: why === undefined ? null : { reason: why },
      model: model ?? this.#echo.model,
      output,
      ...this.#repeated,
      usage: writeUsage(usage),
    };
  }
}

/** The id of an answer that gw makes. */
export function responseId({ id }: AnswerEcho): string {
  return `resp_${id}`;
}

/**
 * Written once, because it may be long and stands in three events; on one line, because an event is one. Inside strings
 * JSON has no line ends.
 */
function onOneLine(value: Exclude<JsonOut, undefined>): Verbatim {
  return new Verbatim(writeJson(value).replace(/[\r\n]+/g, ' '));
}

/** The fields of the request that an answer repeats, with the API's defaults for those that were left out. */
function repeat(request: JsonView | undefined): Readonly<Record<string, JsonOut>> {
  const given = (name: string): Verbatim | undefined => verbatim(request?.get(name));
  return {
    instructions: given('instructions') ?? null,
    max_output_tokens: given('max_output_tokens') ?? null,
    max_tool_calls: given('max_tool_calls') ?? null,
    metadata: given('metadata') ?? {},
    parallel_tool_calls: given('parallel_tool_calls') ?? true,
    presence_penalty: given('presence_penalty') ?? 0,
    frequency_penalty: given('frequency_penalty') ?? 0,
    previous_response_id: null,
    prompt_cache_key: given('prompt_cache_key') ?? null,
    reasoning: {
      effort: verbatim(request?.get('reasoning')?.get('effort')) ?? null,
      summary: verbatim(request?.get('reasoning')?.get('summary')) ?? null,
    },
    safety_identifier: given('safety_identifier') ?? null,
    service_tier: 'default',
    // Whatever was asked for: a translated answer cannot be fetched again, though gw remembers it for a while.
    store: false,
    temperature: given('temperature') ?? 1,
    text: repeatText(request?.get('text')),
    tool_choice: given('tool_choice') ?? 'auto',
    tools: (request?.list('tools') ?? []).map(repeatTool),
    top_logprobs: given('top_logprobs') ?? 0,
    top_p: given('top_p') ?? 1,
    truncation: given('truncation') ?? 'disabled',
    user: given('user'),
  };
}

function repeatText(text: JsonView | undefined): JsonOut {
  const format = text?.get('format');
  const verbosity = verbatim(text?.get('verbosity'));
  if (format?.string('type') !== 'json_schema')
    return { format: verbatim(format) ?? { type: 'text' }, verbosity };
  return {
    format: {
      type: 'json_schema',
      name: verbatim(format.get('name')) ?? 'answer',
      description: verbatim(format.get('description')) ?? null,
      schema: verbatim(format.get('schema')) ?? null,
      strict: verbatim(format.get('strict')) ?? false,
    },
    verbosity,
  };
}

function repeatTool(tool: JsonView): JsonOut {
  if (tool.string('type') !== 'function') return new Verbatim(tool.text);
  return {
    type: 'function',
    name: verbatim(tool.get('name')) ?? '',
    description: verbatim(tool.get('description')) ?? null,
    parameters: verbatim(tool.get('parameters')) ?? null,
    strict: verbatim(tool.get('strict')) ?? false,
  };
}

function verbatim(view: JsonView | undefined): Verbatim | undefined {
  return view && new Verbatim(view.text);
}
