import type { Conversation, Loss } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { fitTurns } from '../hub/fit.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { encodeConfig } from './encode-config.ts';
import { encodeContents, encodeSystem } from './encode-contents.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { chatPath } from './path.ts';
import { traitsOf } from './traits.ts';

/** The request for one target. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const { model, quirks } = target;
  const traits = traitsOf(model, quirks);
  const fitted = fitTurns(conversation.turns, {
    format: 'gemini',
    provider: target.provider,
    ids: PLAIN_IDS,
    foreignReasoning: 'drop',
    signsBeside: true,
    joinsTurns: true,
    lateSystem: 'as-user',
  });
  const losses = new Set<Loss>(fitted.losses);
  const system = encodeSystem(fitted.system, losses);
  const contents = encodeContents(fitted.turns, traits, losses);
  const toldByUser = system.length > 0 && traits.systemAsUser;
  const body = {
    contents: toldByUser ? [{ role: 'user', parts: system }, ...contents] : orNothing(contents),
    systemInstruction: toldByUser || system.length === 0 ? undefined : { parts: system },
    tools: encodeTools(conversation.tools, quirks, losses),
    toolConfig: encodeToolChoice(conversation, losses),
    generationConfig: encodeConfig(conversation, traits, quirks, losses),
    serviceTier: encodeTier(conversation.tier, target, losses),
  };
  noteUnsaid(conversation, losses);
  return {
    path: chatPath(model, conversation.stream, quirks),
    body: Buffer.from(writeJson(body)),
    losses: [...losses].sort(),
  };
}

/** "contents is not specified" is the API's refusal; a user who says nothing is allowed (recorded traffic). */
function orNothing(contents: readonly JsonOut[]): readonly JsonOut[] {
  return contents.length > 0 ? contents : [{ role: 'user', parts: [{ text: '' }] }];
}

function encodeTier(tier: string | undefined, { quirks }: TranslationTarget, losses: Set<Loss>): JsonOut {
  if (tier === undefined || ['auto', 'default', 'standard', 'standard_only'].includes(tier)) return undefined;
  if ((tier === 'flex' || tier === 'priority') && !quirks.includes('vertex-dialect')) return tier;
  losses.add('tier');
  return undefined;
}

/** What there is no word for. */
function noteUnsaid({ verbosity, user, metadata }: Conversation, losses: Set<Loss>): void {
  if (verbosity !== undefined) losses.add('verbosity');
  if (user !== undefined) losses.add('user');
  if (metadata !== undefined) losses.add('metadata');
}
