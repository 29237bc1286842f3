import type { IncomingHttpHeaders } from 'node:http';

import { isObject, parseJson, stringField } from '../lib/expect.ts';
import { isTooDeep } from './deep.ts';
import { type Form, parseForm } from './multipart.ts';

/** One request as the simulator understood it. */
export interface Asked {
  readonly method: string;
  /** Without query, and without doubled slashes. */
  readonly path: string;
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
}

export function readAsked(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Asked {
  const path = (url.split('?', 1)[0] ?? url).replaceAll(/\/{2,}/g, '/');
  const contentType = headers['content-type'] ?? '';
  const unread = contentType.startsWith('multipart/') || isTooDeep(body);
  const parsed = unread ? undefined : parseJson(body.toString());
  const json = isObject(parsed) ? parsed : undefined;
  const form = contentType.startsWith('multipart/form-data') ? parseForm(contentType, body) : undefined;
  const named = stringField(json, 'model') ?? form?.fields.get('model') ?? '';
  const mark = named.indexOf('!');
  return {
    method,
    path,
    headers,
    body,
    json,
    form,
    model: mark === -1 ? named : named.slice(0, mark),
    modelFault: mark === -1 ? undefined : named.slice(mark + 1),
  };
}

/** The credential the caller sent, wherever providers look for it. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const named = headers['x-api-key'] ?? headers['api-key'];
  return bearer ?? (typeof named === 'string' ? named : undefined);
}
