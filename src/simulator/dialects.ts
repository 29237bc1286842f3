import { ANTHROPIC_MESSAGES } from './answers/anthropic-messages/index.ts';
import { BEDROCK_CONVERSE } from './answers/bedrock-converse/index.ts';
import { COHERE_CHAT } from './answers/cohere-chat/index.ts';
import { GEMINI } from './answers/gemini/index.ts';
import { OLLAMA_CHAT } from './answers/ollama-chat/index.ts';
import { OPENAI_CHAT } from './answers/openai-chat/index.ts';
import { OPENAI_RESPONSES } from './answers/openai-responses/index.ts';
import type { Asked, Identity } from './asked.ts';
import type { Dialect, Operation } from './dialect.ts';
import type { Recipe } from './recipe.ts';
import type { Script } from './script.ts';
import { object } from './trouble.ts';

/** Every format the simulator speaks. */
export const DIALECTS: readonly Dialect[] = [
  OPENAI_CHAT,
  OPENAI_RESPONSES,
  ANTHROPIC_MESSAGES,
  GEMINI,
  BEDROCK_CONVERSE,
  COHERE_CHAT,
  OLLAMA_CHAT,
];

/** Who is meant by a request, and what it asks; `operation` is undefined where nothing answers. */
export interface Addressed {
  readonly dialect: Dialect;
  readonly operation: Operation | undefined;
}

export function addressee(asked: Asked): Addressed {
  for (const candidate of CANDIDATES) if (asksFor(asked, candidate.operation)) return candidate;
  const dialect = DIALECTS.find((one) => one.isAddressed(asked)) ?? OPENAI_CHAT;
  return { dialect, operation: undefined };
}

const ALL = DIALECTS.flatMap((dialect) => dialect.operations.map((operation) => ({ dialect, operation })));

// Two APIs share `/v1/models`; the one that is told by a header is asked first.
const CANDIDATES = [
  ...ALL.filter(({ operation }) => operation.header !== undefined),
  ...ALL.filter(({ operation }) => operation.header === undefined),
];

function asksFor(asked: Asked, { method, path, header }: Operation): boolean {
  if ((method ?? asked.method) !== asked.method || !path.test(asked.path)) return false;
  return header === undefined || asked.headers[header] !== undefined;
}

/** The answer to a request, before any fault changes it. `strict` providers refuse models they do not list. */
export function answer(
  asked: Asked,
  { dialect, operation }: Addressed,
  recipe: Recipe,
  identity: Identity,
  strict: boolean,
): Script {
  if (!operation) return dialect.nowhere(asked);
  const { errors } = dialect;
  if (operation.body === 'json' && asked.json === undefined) {
    return object(errors, { message: NOT_JSON, code: null, param: null });
  }
  const needsModel = operation.body !== 'any' && !(operation.modelOptional && asked.model === '');
  if (needsModel && asked.model === '' && asked.modelFault === undefined) {
    return object(errors, { message: NO_MODEL, code: null, param: null });
  }
  if (strict && needsModel && !identity.models.includes(asked.model)) {
    return object(errors, { kind: 'model' }, asked.model);
  }
  return operation.answer(asked, recipe, identity);
}

const NOT_JSON = 'We could not parse the JSON body of your request.';
const NO_MODEL = 'you must provide a model parameter';
