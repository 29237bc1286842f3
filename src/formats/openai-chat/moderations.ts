import type { Loss } from '../../core/conversation.ts';
import type { DirectTranslation } from '../../core/direct.ts';
import { fault } from '../../core/fault.ts';
import { failed, ok } from '../../core/outcome.ts';
import { entryOf } from '../../lib/expect.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { fieldLoss } from '../hub/field-loss.ts';

/**
 * Mistral's categories that mean what one of OpenAI's means, by the words of both descriptions
 * (https://docs.mistral.ai/studio/safety-moderation, https://platform.openai.com/docs/guides/moderation). Advice on
 * health, law and money, personal data, jailbreaks and mere danger are no offence in OpenAI's eyes and have no name there.
 */
const MEANINGS: Readonly<Record<string, string>> = {
  sexual: 'sexual',
  hate_and_discrimination: 'hate',
  violence_and_threats: 'violence',
  selfharm: 'self-harm',
  dangerous_and_criminal_content: 'illicit',
  criminal: 'illicit',
};

/**
 * Moderation, asked of a host with Mistral's categories and answered with OpenAI's beside them. Those of OpenAI's that it
 * does not look for (harassment, minors, what is graphic, …) are absent: "no" would be a claim that nobody made.
 */
export const MISTRAL_MODERATION: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const view = viewJson(body.toString('utf8'));
    const input = view?.get('input');
    const texts = (input?.kind === 'array' ? input.items() : [input]).map((one) => one?.asString());
    if (!input || !texts.every((text) => text !== undefined))
      return failed(fault('untranslatable', 'only text can be judged there ("input")'));
    const losses: Loss[] = ['moderation'];
    for (const [name, value] of view?.fields() ?? [])
      if (name !== 'model' && name !== 'input' && value.text !== 'null') losses.push(fieldLoss(name));
    const json = { model, input: new Verbatim(input.text) };
    return ok({ path: '/moderations', body: Buffer.from(writeJson(json)), losses: losses.sort() });
  },
  decodeAnswer: (body) => {
    const view = viewJson(body.toString('utf8'));
    const results = view?.list('results') ?? [];
    if (results.length === 0) return failed(fault('upstream_garbled', 'the answer has no results'));
    const json = { id: view?.string('id'), model: view?.string('model'), results: results.map(resultOf) };
    return ok({ body: Buffer.from(writeJson(json)), usage: undefined });
  },
};

function resultOf(result: JsonView): JsonOut {
  const categories = withMeanings(result.get('categories'));
  const flagged = Object.values(MEANINGS).some((name) => categories.get(name)?.text === 'true');
  const category_scores = withMeanings(result.get('category_scores'));
  return {
    flagged,
    categories: Object.fromEntries(categories),
    category_scores: Object.fromEntries(category_scores),
  };
}

/** All that was said, and the same in OpenAI's words. */
function withMeanings(said: JsonView | undefined): ReadonlyMap<string, Verbatim> {
  const told = new Map<string, Verbatim>();
  for (const [name, value] of said?.fields() ?? []) {
    told.set(name, new Verbatim(value.text));
    const meaning = entryOf(MEANINGS, name);
    if (meaning !== undefined) told.set(meaning, new Verbatim(value.text));
  }
  return told;
}
