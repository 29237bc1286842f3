import type { AskedDirectly, DirectAnswer } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { Verbatim, writeJson } from '../../lib/json-write.ts';

/**
 * Vectors as OpenAI's `/embeddings` answers with them, numbers as they were written.
 *
 * @param vectors One for each text, in their order; anything else is no answer.
 * @param tokens What the texts had, where the provider said it.
 */
export function writeEmbeddings(
  vectors: readonly (JsonView | undefined)[],
  asked: AskedDirectly,
  tokens: number | undefined,
): Outcome<DirectAnswer, Fault> {
  const request = viewJson(asked.request.toString('utf8'));
  const whole = vectors.filter((vector): vector is JsonView => vector?.kind === 'array');
  const wrong = whyWrong(whole, vectors.length, request);
  if (wrong) return failed(wrong);
  const isBase64 = request?.string('encoding_format') === 'base64';
  const answer = {
    object: 'list',
    data: whole.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? floatsAsBase64(vector) : new Verbatim(vector.text),
    })),
    model: asked.model,
    usage: tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens },
  };
  const usage = tokens === undefined ? undefined : { input: tokens };
  return ok({ body: Buffer.from(writeJson(answer)), usage });
}

/** A vector at the wrong place, or of the wrong length, would spoil an index without a word. */
function whyWrong(
  vectors: readonly JsonView[],
  given: number,
  request: JsonView | undefined,
): Fault | undefined {
  const [first] = vectors;
  if (!first || vectors.length !== given)
    return fault('upstream_garbled', 'the answer has no embeddings, or not all of them');
  const input = request?.get('input');
  const texts = input?.kind === 'array' ? input.items().length : input && 1;
  if (texts !== undefined && texts !== given)
    return fault('upstream_garbled', `the answer has ${given} embeddings for ${texts} texts`);
  const dimensions = request?.number('dimensions');
  const length = dimensions === undefined ? undefined : first.items().length;
  if (length === dimensions) return undefined;
  return fault('untranslatable', `its vectors have ${length} numbers, not the ${dimensions} asked for`);
}

/** As OpenAI's libraries ask for vectors: 32-bit floats, little end first. */
function floatsAsBase64(vector: JsonView): string {
  const numbers = vector.items().map((item) => item.asNumber() ?? 0);
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeFloatLE(number, index * 4);
  return bytes.toString('base64');
}

/** A vector of OpenAI's API as a JSON list. Some hosts answer in base64 whatever was asked for. */
export function floatsText(vector: JsonView | undefined): string | undefined {
  if (vector?.kind === 'array') return vector.text;
  const encoded = vector?.asString();
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const numbers: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) numbers.push(bytes.readFloatLE(at));
  return JSON.stringify(numbers);
}
