import { parseDuration } from '../../lib/duration.ts';
import { FOREIGN_SHAPES } from '../answers/openai-chat/errors.ts';
import type { FaultPart, FaultRow, Scene } from '../fault-row.ts';
import { type Script, jsonScript, waitsBeforeHead, wholeScript } from '../script.ts';
import { RESET_OPTIONS, TROUBLE_KINDS, type Trouble, troubleOf } from '../trouble.ts';

const BODIES = ['json', 'html', 'text', 'empty'] as const;

export const ERROR_OPTIONS = ['message', 'type', 'code', 'param'] as const;

export const STATUS_FAULTS = {
  status: {
    group: 'status',
    summary:
      'refuses with this status (any from 200 to 599) and the body the provider of this format sends with it',
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
    options: [...ERROR_OPTIONS, ...RESET_OPTIONS, 'shape', 'body'],
    optionChoices: { shape: Object.keys(FOREIGN_SHAPES), body: BODIES },
    bend: (script, part, scene) => refuse(script, part, scene, Number(part.name)),
  },
  refuse: {
    group: 'status',
    summary: "refuses for this reason with the format's own status, words and headers for it",
    example: 'refuse=credit',
    value: { kind: 'text', choices: TROUBLE_KINDS },
    options: [...ERROR_OPTIONS, ...RESET_OPTIONS],
    bend: (script, part, scene) => refuse(script, part, scene, undefined),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** What a fault's options ask for, for refusals and for errors inside a 200. */
export function troubleAsked(
  { value, options }: FaultPart,
  status: number | undefined,
  { dialect, model }: Scene,
): Trouble {
  const kind = TROUBLE_KINDS.find((candidate) => candidate === value);
  const named = ERROR_OPTIONS.flatMap((name) => {
    const text = options.get(name);
    return text === undefined ? [] : [[name, text]];
  });
  const retryAfter = options.get('retry-after');
  return troubleOf(dialect.errors, {
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined ? {} : { status }),
    ...Object.fromEntries(named),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    model,
  });
}

function refuse(script: Script, part: FaultPart, scene: Scene, status: number | undefined): Script {
  const trouble = troubleAsked(part, status, scene);
  const { errors } = scene.dialect;
  const headers = { ...errors.headers?.(trouble), ...resetHeaders(part, scene) };
  const answer = refusalScript(part, trouble, scene, headers);
  return {
    ...answer,
    headers: { ...kept(script), ...answer.headers },
    beats: [...waitsBeforeHead(script), ...answer.beats],
  };
}

function refusalScript(
  part: FaultPart,
  trouble: Trouble,
  { dialect }: Scene,
  headers: Readonly<Record<string, string>>,
): Script {
  const { status, message } = trouble;
  switch (BODIES.find((body) => body === part.options.get('body')) ?? 'json') {
    case 'json': {
      const shape = FOREIGN_SHAPES[part.options.get('shape') ?? ''];
      return jsonScript(status, shape ? shape(trouble) : dialect.errors.body(trouble), headers);
    }
    case 'html': {
      const page = `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`;
      return wholeScript(status, 'text/html', Buffer.from(page), { headers });
    }
    case 'text':
      return wholeScript(status, 'text/plain', Buffer.from(`${message}\n`), { headers });
    case 'empty':
      break;
  }
  return wholeScript(status, 'application/json', Buffer.alloc(0), { headers });
}

function resetHeaders({ options }: FaultPart, { now, dialect }: Scene): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const option of RESET_OPTIONS) {
    const value = options.get(option);
    const name = value === undefined ? undefined : dialect.errors.resetHeader(option, value);
    if (name !== undefined && value !== undefined) headers[name] = instant(value, now, option);
  }
  return headers;
}

/** `date:+2s` becomes the date that far from now; everything else (junk too) is sent as typed. */
function instant(text: string, now: number, option: string): string {
  const found = /^date:([+-]?)(.+)$/.exec(text);
  const distance = parseDuration(found?.[2] ?? '');
  if (!found || distance === undefined) return text;
  const date = new Date(now + (found[1] === '-' ? -distance : distance));
  return option === 'retry-after' ? date.toUTCString() : date.toISOString();
}

/** Headers that stay when a refusal takes the place of an answer: request id, version, rate limits. */
function kept(script: Script): Record<string, string> {
  return Object.fromEntries(Object.entries(script.headers).filter(([name]) => name.startsWith('x-')));
}
