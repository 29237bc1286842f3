import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { classifyBy, type ErrorRule, faultOf, readErrorWords } from '../hub/error-rules.ts';

/**
 * Errors are `{"error": "text"}`. Sources: ollama/ollama, server/routes.go, server/sched.go, llm/llama_server.go. Its
 * models in the cloud add keys, limits and bills.
 */
const RULES: readonly ErrorRule[] = [
  {
    fault: 'context_overflow',
    text: /(exceeds?|longer than) (the|maximum|max) .{0,30}context length|context (length|window|size) exceeded|exceeds? maximum context/i,
  },
  // The model is there, but cannot do what the request needs: tools, pictures, thought.
  {
    fault: 'untranslatable',
    status: [400],
    text: /does not support (tools|vision|thinking|chat|completion)/i,
  },
  {
    fault: 'upstream_out_of_credit',
    status: [402, 403, 429],
    text: /usage limit|subscription|upgrade|billing|insufficient/i,
  },
  { fault: 'upstream_rate_limited', status: [429] },
  {
    fault: 'upstream_model_missing',
    text: /model ['"“].{0,120}not found|try pulling it first|invalid model name/i,
  },
  { fault: 'upstream_model_missing', status: [404, 410] },
  { fault: 'upstream_refused_key', status: [401, 403, 407] },
  { fault: 'upstream_out_of_credit', status: [402] },
  { fault: 'upstream_timeout', status: [408, 504] },
  { fault: 'loop_detected', status: [508] },
  { fault: 'context_overflow', status: [413] },
  { fault: 'upstream_overloaded', status: [409, 425, 499] },
];

/** Which fault an answer other than 2xx means. The caller adds what headers say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer);
}

/** Which fault an error inside a 200 means: a line `{"error": …}` among the others. */
export function classifyInside(error: unknown): Fault {
  const words = readErrorWords({ error });
  const told = words.message ?? words.code;
  return fault(faultOf(RULES, 500, words), `the provider reported an error inside its answer: ${told}`);
}
