import { field, isString } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { CREATED } from '../../content/converse.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript } from '../../script.ts';
import { allTexts, missing, refusal } from './errors.ts';

/** `GET /v1/models`. */
export function answerModels(_asked: Asked, _recipe: Recipe, identity: Identity): Script {
  return jsonScript(200, { object: 'list', data: identity.models.map((id) => modelOf(id, identity)) });
}

/** `GET /v1/models/{id}`. */
export function answerModel(asked: Asked, _recipe: Recipe, identity: Identity): Script {
  const id = decodeURIComponent(asked.path.slice(asked.path.lastIndexOf('/') + 1));
  if (identity.models.includes(id)) return jsonScript(200, modelOf(id, identity));
  return refusal(404, `The model '${id}' does not exist`, 'model_not_found', 'model');
}

function modelOf(id: string, identity: Identity): unknown {
  return { id, object: 'model', created: CREATED, owned_by: identity.name };
}

const CATEGORIES = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'] as const;

/** `POST /v1/moderations`: flags what contains the word "forbidden". */
export function answerModerations(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const input = field(asked.json, 'input');
  if (input === undefined) return missing('input');
  const inputs: readonly unknown[] = allTexts(input) ? input : [input];
  const isMistral = identity.chatRules === 'mistral';
  if (isMistral && !inputs.every(isString)) return refusal(422, 'Input should be a valid string');
  const results = inputs.map((item) => {
    const flagged = JSON.stringify(item).includes('forbidden');
    if (isMistral) return mistralResult(flagged);
    return {
      flagged,
      categories: Object.fromEntries(CATEGORIES.map((name) => [name, flagged && name === 'illicit'])),
      category_scores: Object.fromEntries(
        CATEGORIES.map((name) => [name, flagged && name === 'illicit' ? 0.98 : 0.001]),
      ),
    };
  });
  const id = `modr-${idFrom(hashText(JSON.stringify(input), identity.seed), 24)}`;
  return jsonScript(200, { id, model: recipe.model ?? (asked.model || 'omni-moderation-latest'), results });
}

// https://docs.mistral.ai/studio/safety-moderation
const CATEGORIES_OF_MISTRAL = [
  'sexual',
  'hate_and_discrimination',
  'violence_and_threats',
  'dangerous',
  'criminal',
  'selfharm',
  'health',
  'financial',
  'law',
  'pii',
  'jailbreaking',
];

/** Mistral says of each category what it is, and nothing of all together. */
function mistralResult(flagged: boolean): unknown {
  const isIt = (name: string): boolean => flagged && name === 'criminal';
  return {
    categories: Object.fromEntries(CATEGORIES_OF_MISTRAL.map((name) => [name, isIt(name)])),
    category_scores: Object.fromEntries(
      CATEGORIES_OF_MISTRAL.map((name) => [name, isIt(name) ? 0.98 : 0.001]),
    ),
  };
}
