import type { Conversation, Loss, Part } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { fitTurns } from '../hub/fit.ts';
import { NINE_CHARACTER_IDS, PLAIN_IDS } from '../hub/ids.ts';
import { schemaFor } from '../hub/schema.ts';
import { noteUnsaid } from '../hub/unsaid.ts';
import { CachePoints } from './cache-points.ts';
import { encodeMessages, encodeSystem, type Pen } from './encode-content.ts';
import { DocumentNames } from './encode-media.ts';
import { encodeSettings } from './encode-settings.ts';
import { encodeTools } from './encode-tools.ts';
import { type BedrockModel, modelOf } from './models.ts';

/** The request for one target (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const model = modelOf(target);
  const fitted = fitTurns(conversation.turns, {
    format: 'bedrock-converse',
    provider: target.provider,
    ids: model.nineCharacterIds ? NINE_CHARACTER_IDS : PLAIN_IDS,
    foreignReasoning: 'drop',
    joinsTurns: true,
    lateSystem: 'as-user',
  });
  const losses = new Set<Loss>(fitted.losses);
  const points = new CachePoints(model, losses);
  const pen: Pen = { model, points, names: new DocumentNames(), losses };
  const tools = encodeTools(conversation, fitted.turns, { model, points, losses });
  const told = hints(conversation, model, tools.isForbidden, losses);
  const system = encodeSystem([...fitted.system, ...told], pen);
  const messages = encodeMessages(fitted.turns, pen);
  // Somebody must speak: instructions alone are told by the user.
  const isSilent = fitted.turns.length === 0 && system.length > 0;
  const { inferenceConfig, additionalModelRequestFields } = encodeSettings(conversation, {
    model,
    target,
    turns: fitted.turns,
    isForced: tools.isForced,
    losses,
  });
  const body = {
    system: isSilent || system.length === 0 ? undefined : system,
    messages: isSilent
      ? [{ role: 'user', content: system }]
      : messages.map(({ role, content }) => ({ role, content })),
    toolConfig: tools.config,
    inferenceConfig,
    outputConfig: encodeOutput(conversation, model, losses),
    additionalModelRequestFields,
    additionalModelResponseFieldPaths: stopPaths(conversation, model),
    serviceTier: encodeTier(conversation.tier, losses),
  };
  noteUnsaid(conversation, losses, UNKNOWN);
  return {
    path: `/model/${encodeURIComponent(target.model)}/${conversation.stream ? 'converse-stream' : 'converse'}`,
    body: Buffer.from(writeJson(body)),
    losses: [...losses].sort(),
  };
}

const UNKNOWN = [
  'candidates',
  'logprobs',
  'logit-bias',
  'seed',
  'penalties',
  'user',
  'metadata',
  'verbosity',
  'parallel-calls',
] as const;

/** What there is no field for, and the model can be told. */
function hints(
  { output }: Conversation,
  { structured }: BedrockModel,
  isForbidden: boolean,
  losses: Set<Loss>,
): Part[] {
  const told: string[] = [];
  if (isForbidden) told.push('Answer without calling any tool.');
  if (output?.kind === 'json') told.push('Answer with a JSON object and nothing else.');
  if (output?.kind === 'schema' && !structured)
    told.push(`Answer with nothing but a JSON object that follows this JSON schema:\n${output.schema}`);
  if (output && (output.kind === 'json' || !structured)) losses.add('json-output');
  return told.map((text) => ({ kind: 'text', text }));
}

/** The schema is a text here (https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html). */
function encodeOutput({ output }: Conversation, { structured }: BedrockModel, losses: Set<Loss>): JsonOut {
  if (output?.kind !== 'schema' || !structured) return undefined;
  const { schema, lossy } = schemaFor('anthropic', output.schema);
  if (lossy) losses.add('schema');
  const name = (output.name ?? 'answer').replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  const jsonSchema = { name: name === '' ? 'answer' : name, description: output.description, schema };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

/** Which of the sequences stopped it, Claude's models tell when asked. */
function stopPaths({ stop }: Conversation, { thinking }: BedrockModel): JsonOut {
  return thinking === 'claude' && stop && stop.length > 0 ? ['/delta/stop_sequence'] : undefined;
}

/** API_runtime_ServiceTier. */
function encodeTier(tier: string | undefined, losses: Set<Loss>): JsonOut {
  if (tier === undefined || tier === 'auto' || tier === 'default' || tier === 'standard_only')
    return undefined;
  if (tier === 'flex' || tier === 'priority') return { type: tier };
  losses.add('tier');
  return undefined;
}
