import type { FinishReason } from '../../core/answer.ts';
import type { AnswerEcho, CarriedState } from '../../core/format.ts';
import { scanObject, wantedKeys } from '../../lib/json-scan.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { seal } from '../hub/carry.ts';
import { writeFinish } from './finish.ts';

const TOOL_KEYS = wantedKeys(['functions', 'tools']);

/** How a caller is told of calls, which follows from how it told of its tools. */
export interface CallerWays {
  /** It gave `functions`, the way of before 2023, and reads `function_call`: one call, without an id. */
  readonly old: boolean;
  /** Its tools that take text. */
  readonly custom: ReadonlySet<string>;
}

/** The ways of the caller who asked this. */
export function callerWays({ body, conversation }: AnswerEcho): CallerWays {
  const given = new Set<string>();
  scanObject(body, TOOL_KEYS, (key) => void given.add(key));
  const custom = conversation.tools.filter((tool) => tool.custom === true);
  return {
    old: given.has('functions') && !given.has('tools'),
    custom: new Set(custom.map(({ name }) => name)),
  };
}

/** The finish reason in the caller's words. */
export function finishWord(reason: FinishReason, refused: boolean, ways: CallerWays): string {
  return ways.old && reason === 'calls' ? 'function_call' : writeFinish(reason, refused);
}

/**
 * State of another format in the one place that chat clients send back as it was: an encrypted entry of
 * `reasoning_details`. @param callId The call it belongs to.
 */
export function envelopeDetail(carried: CarriedState, index: number, callId?: string): JsonOut {
  return {
    type: 'reasoning.encrypted',
    id: callId,
    // Readers of OpenRouter's shape drop entries of a format they do not know, and know this one.
    format: 'unknown',
    index,
    data: seal([carried]),
  };
}
