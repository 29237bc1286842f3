import type { IncomingHttpHeaders } from 'node:http';

import { isObject, parseJson, stringField } from '../lib/expect.ts';
import { isTooDeep } from './deep.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { type Form, parseForm } from './multipart.ts';

/** One request as the simulator understood it. */
export interface Asked {
  readonly method: string;
  /** Without query, and without doubled slashes. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body, when it is a JSON object. */
  readonly json: unknown;
  /** The body, when it is a multipart form. */
  readonly form: Form | undefined;
  /** The model asked for, without the fault behind it; empty when none was named. */
  readonly model: string;
  /** The fault that the model's name ends in: `anything!429;once`. */
  readonly modelFault: string | undefined;
}

/** Who the simulated provider is: what its answers are signed with. */
export interface Identity {
  readonly seed: number;
  readonly name: string;
  readonly models: readonly string[];
  /** Who signs its models' thoughts: only providers of the same owner take them back. */
  readonly owner: string;
  /** Whose rules chat requests are held to. */
  readonly chatRules: ChatRules;
  /** Answers that later requests may go on from. */
  readonly kept: KeptAnswers;
}

/** Hosts of the chat format differ in what they refuse. */
export const CHAT_RULES = ['openai', 'mistral'] as const;

export type ChatRules = (typeof CHAT_RULES)[number];

export function readAsked(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Asked {
  const mark = url.indexOf('?');
  const place = mark === -1 ? url : url.slice(0, mark);
  const path = place.replaceAll(/\/{2,}/g, '/');
  const contentType = headers['content-type'] ?? '';
  const unread = contentType.startsWith('multipart/') || isTooDeep(body);
  const parsed = unread ? undefined : parseJson(body.toString());
  const json = isObject(parsed) ? parsed : undefined;
  const form = contentType.startsWith('multipart/form-data') ? parseForm(contentType, body) : undefined;
  const named = modelInPath(place) ?? stringField(json, 'model') ?? form?.fields.get('model') ?? '';
  const bang = named.indexOf('!');
  return {
    method,
    path,
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    headers,
    body,
    json,
    form,
    model: bang === -1 ? named : named.slice(0, bang),
    modelFault: bang === -1 ? undefined : named.slice(bang + 1),
  };
}

// Google and Amazon name the model in the address, the fault in its name included: `/models/any!429:generateContent`.
const MODEL_PLACES = [
  /\/models\/(.+):[a-zA-Z]+$/,
  /\/model\/(.+)\/(?:converse|converse-stream|count-tokens|invoke)$/,
];

function modelInPath(path: string): string | undefined {
  for (const place of MODEL_PLACES) {
    const found = place.exec(path)?.[1];
    if (found !== undefined) return unescaped(found);
  }
  return undefined;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The credential the caller sent, wherever providers look for it; of a signature, whose it is. */
export function keyOf({ headers, query }: Pick<Asked, 'headers' | 'query'>): string | undefined {
  const sent = headers.authorization ?? '';
  const bearer = /^bearer\s+(.+)$/i.exec(sent)?.[1];
  const signer = /^AWS4-HMAC-SHA256\s+Credential=([^/,]+)\//.exec(sent)?.[1];
  const named = headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers['api-key'];
  return bearer ?? signer ?? (typeof named === 'string' ? named : undefined) ?? query.get('key') ?? undefined;
}
