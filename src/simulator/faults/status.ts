import { parseDuration } from '../../lib/duration.ts';
import { isKeyOf } from '../../lib/expect.ts';
import type { FaultPart, FaultRow, Scene } from '../fault-row.ts';
import { type Script, jsonScript, waitsBeforeHead, wholeScript } from '../script.ts';

interface Refusal {
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly param?: string | null;
}

// Texts and fields as the providers send them (OpenAI unless said otherwise), because gateways classify by them.
const REFUSALS = {
  400: refusal(
    "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    'invalid_request_error',
    'invalid_type',
    'temperature',
  ),
  401: refusal(
    'Incorrect API key provided: sk-sim*****0000. You can find your API key at https://platform.openai.com/account/api-keys.',
    'invalid_request_error',
    'invalid_api_key',
  ),
  // DeepSeek's words.
  402: refusal('Insufficient Balance', 'unknown_error', 'invalid_request_error'),
  403: refusal(
    'Country, region, or territory not supported',
    'request_forbidden',
    'unsupported_country_region_territory',
  ),
  404: refusal(
    'The model `$model` does not exist or you do not have access to it.',
    'invalid_request_error',
    'model_not_found',
  ),
  408: refusal('Request timed out.', 'timeout', null),
  413: refusal('Request too large.', 'invalid_request_error', null),
  429: refusal(
    'Rate limit reached for $model in organization org-sim on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
    'requests',
    'rate_limit_exceeded',
  ),
  500: refusal(
    'The server had an error while processing your request. Sorry about that!',
    'server_error',
    null,
  ),
  502: refusal('Bad gateway.', 'server_error', null),
  503: refusal(
    'That model is currently overloaded with other requests. You can retry your request.',
    'server_error',
    null,
  ),
  504: refusal('Gateway timeout.', 'server_error', null),
  // Anthropic's status and word.
  529: refusal('Overloaded', 'overloaded_error', null),
} as const;

// What a code or type alone calls for: `400;code=context_length_exceeded` needs no text typed.
const BY_CODE = {
  context_length_exceeded: refusal(
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 10011 tokens. Please reduce the length of the messages.",
    'invalid_request_error',
    'context_length_exceeded',
    'messages',
  ),
  content_policy_violation: refusal(
    'Your request was rejected as a result of our safety system.',
    'invalid_request_error',
    'content_policy_violation',
  ),
  content_filter: refusal(
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    'invalid_request_error',
    'content_filter',
    'prompt',
  ),
  insufficient_quota: refusal(
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
    'insufficient_quota',
    'insufficient_quota',
  ),
  model_not_found: REFUSALS[404],
  rate_limit_exceeded: REFUSALS[429],
  invalid_api_key: REFUSALS[401],
} as const;

const ANY = refusal('The simulator was asked to refuse this.', 'invalid_request_error', null);

// Error bodies of other hosts that speak the same format otherwise.
const SHAPES: Readonly<Record<string, (error: Refusal, status: number) => unknown>> = {
  openai: (error) => ({ error }),
  azure: ({ message }, status) => ({ error: { code: String(status), message } }),
  google: ({ message }, status) => [{ error: { code: status, message, status: 'UNAVAILABLE' } }],
  detail: ({ message }) => ({ detail: message }),
  flat: ({ message, type, code }) => ({ object: 'error', message, type, param: null, code }),
  string: ({ message }) => ({ error: message }),
  message: ({ message }) => ({ message }),
};

const BODIES = ['json', 'html', 'text', 'empty'] as const;

export const ERROR_OPTIONS = ['message', 'type', 'code', 'param'] as const;

export const STATUS_FAULTS = {
  status: {
    group: 'status',
    summary: 'refuses with this status (any from 200 to 599) and the body providers send with it',
    example: '429;retry-after=30',
    variants: {
      '429;retry-after=date:+2s':
        'rate limited until a date; retry-after-ms, reset-requests, reset-tokens work too',
      '429;type=insufficient_quota': 'the account is out of credit, in the words of OpenAI',
      '500': 'an error of the server; also 502, 503, 504, 529',
      '503;shape=google': 'in the words of another host: azure, google, detail, flat, string, message',
      '502;body=html': 'with a web page, text or nothing for a body: html, text, empty',
      '401': 'a wrong key; also 402 (no money) and 403 (not from there)',
      '404;code=model_not_found': 'a model that is unknown or retired',
      '400': 'a request that is wrong',
      '400;code=context_length_exceeded': 'a request that is too long for the model',
      '400;code=content_policy_violation': 'content that the provider refuses; also content_filter',
    },
    options: [
      ...ERROR_OPTIONS,
      'retry-after',
      'retry-after-ms',
      'reset-requests',
      'reset-tokens',
      'should-retry',
      'shape',
      'body',
    ],
    optionChoices: { shape: Object.keys(SHAPES), body: BODIES },
    bend: (script, part, scene) => refuse(script, part, scene),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** The error object a fault's options describe, for refusals and for errors inside a 200. */
export function errorObject(part: FaultPart, status: number, model: string): Refusal {
  const named = part.options.get('code') ?? part.options.get('type') ?? '';
  const known = isKeyOf(BY_CODE, named) ? BY_CODE[named] : byStatus(status);
  return {
    message: (part.options.get('message') ?? known.message).replace('$model', model),
    type: part.options.get('type') ?? known.type,
    param: part.options.get('param') ?? known.param ?? null,
    code: part.options.get('code') ?? known.code,
  };
}

function byStatus(status: number): Refusal {
  return Object.entries(REFUSALS).find(([name]) => Number(name) === status)?.[1] ?? ANY;
}

function refuse(script: Script, part: FaultPart, scene: Scene): Script {
  const status = Number(part.name);
  const headers = refusalHeaders(part, scene);
  const waits = waitsBeforeHead(script);
  const answer = refusalScript(part, status, scene.model, headers);
  return { ...answer, headers: { ...kept(script), ...answer.headers }, beats: [...waits, ...answer.beats] };
}

function refusalScript(
  part: FaultPart,
  status: number,
  model: string,
  headers: Readonly<Record<string, string>>,
): Script {
  const error = errorObject(part, status, model);
  switch (BODIES.find((body) => body === part.options.get('body')) ?? 'json') {
    case 'json':
      return jsonScript(
        status,
        (SHAPES[part.options.get('shape') ?? 'openai'] ?? openaiShape)(error, status),
        headers,
      );
    case 'html': {
      const page = `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`;
      return wholeScript(status, 'text/html', Buffer.from(page), { headers });
    }
    case 'text':
      return wholeScript(status, 'text/plain', Buffer.from(`${error.message}\n`), { headers });
    case 'empty':
      break;
  }
  return wholeScript(status, 'application/json', Buffer.alloc(0), { headers });
}

function openaiShape(error: Refusal): unknown {
  return { error };
}

const RESET_HEADERS = {
  'retry-after': 'retry-after',
  'retry-after-ms': 'retry-after-ms',
  'reset-requests': 'x-ratelimit-reset-requests',
  'reset-tokens': 'x-ratelimit-reset-tokens',
  'should-retry': 'x-should-retry',
} as const;

function refusalHeaders(part: FaultPart, scene: Scene): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [option, value] of part.options) {
    if (isKeyOf(RESET_HEADERS, option)) headers[RESET_HEADERS[option]] = instant(value, scene.now);
  }
  return headers;
}

/** `date:+2s` becomes an HTTP date that far from now; everything else (junk too) is sent as typed. */
function instant(text: string, now: number): string {
  const found = /^date:([+-]?)(.+)$/.exec(text);
  const distance = parseDuration(found?.[2] ?? '');
  if (!found || distance === undefined) return text;
  return new Date(now + (found[1] === '-' ? -distance : distance)).toUTCString();
}

/** Headers that stay when a refusal takes the place of an answer: request id, version, rate limits. */
function kept(script: Script): Record<string, string> {
  return Object.fromEntries(Object.entries(script.headers).filter(([name]) => name.startsWith('x-')));
}

function refusal(
  message: string,
  type: string | null,
  code: string | null,
  param: string | null = null,
): Refusal {
  return { message, type, param, code };
}
